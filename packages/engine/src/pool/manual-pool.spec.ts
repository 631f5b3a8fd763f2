import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { currentJob } from '../middleware/current-job.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { NoHandlerError, PoolStartedError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { silentLogger } from '../logging/logger.js';
import type { ManualPool } from './manual-pool.js';
import type { Propagator } from '../middleware/propagator.js';
import { FakeClock } from '../testing/fake-clock.js';
import { startByHand } from '../testing/start-by-hand.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

const NOW = 1_700_000_000;

let ns: TestNamespace;
let clock: FakeClock;
let enqueuer: Enqueuer;
let client: Client;
let pools: WorkerPool[];
let ran: string[];

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  enqueuer = new Enqueuer({ ...ns.options, clock });
  client = new Client({ ...ns.options, clock });
  pools = [];
  ran = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  await ns.close();
});

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger, ...options });
  pools.push(pool);
  return pool;
}

const note = (job: Job): void => void ran.push(`${job.name} ${String(job.args.n)}`);

async function runAll(pool: ManualPool): Promise<void> {
  for (const jobName of pool.jobNames) while (await pool.run(jobName));
}

describe('a pool by hand', () => {
  it('runs and settles one job per call', async () => {
    const pool = await startByHand(aPool().job('a', note));
    await enqueuer.enqueueMany([1, 2].map((n) => ({ name: 'a', args: { n } })));
    expect(await pool.next()).toMatchObject([{ jobName: 'a', enqueuedAt: NOW }]);
    expect(ran).toEqual([]);
    expect(await pool.run('a')).toBe(true);
    expect(ran).toEqual(['a 1']);
    expect(await ns.inProgress('a')).toBe(0);
    expect(await ns.queue('a')).toHaveLength(1);
    expect(await pool.run('a')).toBe(true);
    expect(await pool.run('a')).toBe(false);
    expect(await pool.next()).toEqual([]);
  });

  it('passes over a queue that is paused', async () => {
    const pool = await startByHand(aPool().job('a', note));
    await enqueuer.enqueue('a');
    await client.queue('a').pause();
    expect(await pool.next()).toEqual([]);
    expect(await pool.run('a')).toBe(false);
  });

  it('moves due jobs, and returns the time of the next one', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const pool = await startByHand(
      aPool()
        .job('a', note)
        .job('fails', { backoff: () => '30s', maxFails: 2 }, fail),
    );
    expect(await pool.nextAt()).toBeUndefined();
    await enqueuer.enqueue('a', { n: 1 }, { in: '1m' });
    await enqueuer.enqueue('fails');
    await runAll(pool);
    expect(await pool.nextAt()).toBe((NOW + 30) * 1000);
    clock.advance(30);
    await pool.moveDue();
    await runAll(pool);
    expect((await client.counts()).dead).toBe(1);
    expect(await pool.nextAt()).toBe((NOW + 60) * 1000);
    clock.advance(30);
    await pool.moveDue();
    await runAll(pool);
    expect(ran).toEqual(['a 1']);
  });

  it('adds firings in time, each once', async () => {
    const pool = await startByHand(
      aPool()
        .job('tick', () => void ran.push(new Date(clock.now()).toISOString()))
        .periodicallyEnqueue('0 * * * *', 'tick'),
    );
    for (let hours = 0; hours < 3;) {
      const at = (await pool.nextAt()) ?? NaN;
      clock.advance(at / 1000 - clock.now() / 1000);
      await pool.moveDue();
      await runAll(pool);
      hours = ran.length;
    }
    expect(ran).toEqual([
      '2023-11-14T23:00:00.000Z',
      '2023-11-15T00:00:00.000Z',
      '2023-11-15T01:00:00.000Z',
    ]);
  });

  it('performs a job without a queue, with middleware and carried context', async () => {
    let tenant: string | undefined = 'acme';
    const tenants: Propagator = {
      name: 'tenant',
      capture: () => tenant,
      restore: async (carrier, run) => {
        ran.push(`restored ${carrier}`);
        await run();
      },
    };
    const pool = await startByHand(
      aPool({ propagators: [tenants], currentJob: true })
        .middleware(async (_job, next) => {
          ran.push('in');
          await next();
          ran.push('out');
        })
        .job('a', (job) => {
          note(job);
          ran.push(currentJob()?.id === job.id ? 'current' : 'lost');
        })
        .job('fails', () => {
          throw new RangeError('no');
        }),
    );
    await pool.perform('a', { n: 7 });
    expect(ran).toEqual(['restored acme', 'in', 'a 7', 'current', 'out']);
    tenant = undefined;
    await expect(pool.perform('fails')).rejects.toThrow(RangeError);
    expect((await client.counts()).retry).toBe(0);
    await expect(pool.perform('nobody')).rejects.toThrow(NoHandlerError);
  });

  it('emits the same events as any other pool', async () => {
    const pool = aPool().job('a', note);
    const settled: unknown[] = [];
    pool.on('settled', ({ job, fate }) => settled.push([job.name, fate.kind]));
    const hand = await startByHand(pool);
    await enqueuer.enqueue('a');
    await runAll(hand);
    expect(settled).toEqual([['a', 'done']]);
    await expect(startByHand(pool)).rejects.toThrow(PoolStartedError);
    await pool.stop();
    expect(await client.pools.list()).toEqual([]);
  });
});
