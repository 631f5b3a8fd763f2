import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidOptionError } from '../errors/errors.js';
import { silentLogger } from '../logging/logger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TEST_REDIS_URL, TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

let ns: TestNamespace;
let clock: FakeClock;
let enqueuer: Enqueuer;
let pools: WorkerPool[];

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock();
  enqueuer = new Enqueuer({ ...ns.options, clock });
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  await ns.close();
});

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    ...{ ...ns.options, clock, logger: silentLogger, shutdownTimeout: 0, concurrency: 1 },
    ...options,
  });
  pools.push(pool);
  return pool;
}

describe('a pool', () => {
  it('is up when it fetches jobs', async () => {
    const pool = aPool().job('n', () => undefined);
    await pool.start();
    const health = await pool.health();
    expect(health).toMatchObject({ status: 'up', problems: [], beatAge: 0, unhandled: [] });
    expect(health.fetchAge).toBeLessThan(15_000);
    expect(Number.isInteger(health.fetchAge)).toBe(true);
  });

  it('is down before it has started, and once it stops', async () => {
    const pool = aPool().job('n', () => undefined);
    expect((await pool.health()).status).toBe('down');
    await pool.start();
    await pool.stop();
    expect((await pool.health()).status).toBe('down');
  });

  it('is down at once when Redis is out of reach', async () => {
    const pool = aPool({ redis: { host: '127.0.0.1', port: 1 } }).job('n', () => undefined);
    await pool.start();
    const { status, problems } = await pool.health();
    expect(status).toBe('down');
    expect(problems).toEqual([expect.stringMatching(/^Redis does not answer/)]);
  });

  it('is down when Redis refuses it, and gives advice', async () => {
    const { port } = new URL(TEST_REDIS_URL);
    const pool = aPool({ redis: { port: Number(port), db: 99 } }).job('n', () => undefined);
    await pool.start();
    const { status, problems } = await pool.health();
    expect([status, problems]).toEqual([
      'down',
      [
        'Redis refuses: ERR DB index is out of range. Choose a database that exists on this server.',
      ],
    ]);
  });

  it('is down when its heartbeat is late or gone', async () => {
    const pool = aPool().job('n', () => undefined);
    await pool.start();
    clock.advance(11);
    await ns.redis.hset(ns.keys.heartbeat(pool.id), 'heartbeat_at', clock.now() / 1000 - 11);
    expect(await pool.health()).toMatchObject({ status: 'down', beatAge: 11_000 });
    await ns.redis.del(ns.keys.heartbeat(pool.id));
    expect(await pool.health()).toMatchObject({ status: 'down', beatAge: undefined });
  });

  it('is degraded while its jobs wait long, but not for those that are paused', async () => {
    const gate = new Gate();
    const pool = aPool().job('n', () => gate.pass());
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await pool.start();
    await gate.reached;
    clock.advance(8);
    const oldestWaiting = { jobName: 'n', age: 8_000 };
    expect(await pool.health({ waiting: '5s' })).toMatchObject({
      status: 'degraded',
      oldestWaiting,
    });
    await ns.redis.set(ns.keys.paused('n'), '1');
    expect(await pool.health({ waiting: '5s' })).toMatchObject({ status: 'up' });
    gate.open();
  });

  it('is degraded when jobs wait that no living pool handles', async () => {
    const [pool, other] = [aPool().job('n', () => undefined), aPool().job('m', () => undefined)];
    await Promise.all([pool.start(), other.start()]);
    await ns.redis.set(ns.keys.paused('m'), '1');
    await enqueuer.enqueueMany([{ name: 'm' }, { name: 'nobody' }]);
    expect(await pool.health()).toMatchObject({ status: 'degraded', unhandled: ['nobody'] });
    await other.stop();
    await eventually(async () =>
      expect(new Set((await pool.health()).unhandled)).toEqual(new Set(['m', 'nobody'])),
    );
  });

  it('refuses limits that make no sense', async () => {
    await expect(aPool().health({ beat: -1 })).rejects.toThrow(InvalidOptionError);
  });
});
