import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Gate } from '../../../../test/support/gate.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;
let pool: WorkerPool;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  client = new Client(ns.options);
  const clock = new FakeClock(1_700_000_000);
  const timing = { observe: 10 };
  pool = new WorkerPool({ ...ns.options, concurrency: 1, logger: silentLogger, clock, timing });
});

afterEach(async () => {
  await pool.stop();
  await enqueuer.close();
  client.close();
  await ns.close();
});

describe('an observation', () => {
  it("shows a worker's job until it has ended, in the format of gocraft/work", async () => {
    const gate = new Gate();
    pool.job('export', async (job) => {
      job.checkin('row 1 of 2');
      await gate.opened;
    });
    const { id } = await enqueuer.enqueue('export', { to: 'é', list: [] });
    await pool.start();
    const hash = await eventually(async () => {
      const [key = ''] = await ns.redis.keys(`${ns.keys.prefix}worker:*`);
      const found = await ns.redis.hgetall(key);
      expect(found.checkin).toBeDefined();
      expect(await ns.redis.ttl(key)).toBeGreaterThan(86_000);
      return found;
    });
    expect(hash).toEqual({
      job_name: 'export',
      job_id: id,
      started_at: '1700000000',
      args: '{"to":"é","list":[]}',
      checkin: 'row 1 of 2',
      checkin_at: '1700000000',
    });
    expect(await client.workers()).toMatchObject([
      { jobName: 'export', jobId: id, checkin: 'row 1 of 2', argsText: '{"to":"é","list":[]}' },
    ]);
    gate.open();
    await eventually(async () => expect(await client.workers()).toEqual([]));
  });

  it('does not keep the check-in of the job before', async () => {
    const gates = [new Gate(), new Gate()];
    pool.job('n', async (job) => {
      const i = job.argInt('i');
      if (i === 0) job.checkin('of the first');
      await gates[i]?.opened;
    });
    await enqueuer.enqueueMany([0, 1].map((i) => ({ name: 'n', args: { i } })));
    await pool.start();
    await eventually(async () =>
      expect(await client.workers()).toMatchObject([{ checkin: 'of the first' }]),
    );
    gates[0]?.open();
    await eventually(async () =>
      expect(await client.workers()).toMatchObject([{ argsText: '{"i":1}', checkin: undefined }]),
    );
    gates[1]?.open();
  });

  it('is gone when the pool has stopped', async () => {
    const gate = new Gate();
    pool.job('n', async () => gate.opened);
    await enqueuer.enqueue('n');
    await pool.start();
    await eventually(async () => expect(await client.workers()).toHaveLength(1));
    gate.open();
    await pool.stop();
    expect(await ns.redis.keys(`${ns.keys.prefix}worker:*`)).toEqual([]);
  });
});
