import { MemoryRedis } from '@nestcraft/memory-redis';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Heartbeater, type HeartbeaterOptions } from './heartbeater.js';
import { systemClock } from '../clock.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../redis/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { eventually } from '../../../../test/support/eventually.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let clock: FakeClock;
let heartbeater: Heartbeater;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(1_700_000_000);
  heartbeater = aHeartbeater();
});

function aHeartbeater(options: Partial<HeartbeaterOptions> = {}): Heartbeater {
  return new Heartbeater({
    poolId: 'pool',
    workerIds: ['w2', 'w1'],
    jobNames: ['b', 'a'],
    concurrency: 2,
    schedules: [],
    connection: ns.connection,
    keys: ns.keys,
    scripts: new Scripts(ns.keys, clock),
    clock,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
}

afterEach(async () => {
  await ns.close();
});

it('beats as gocraft/work does, and keeps the time of the first beat', async () => {
  await heartbeater.beat();
  clock.advance(5);
  await heartbeater.beat();
  expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual(['pool']);
  expect(await ns.redis.hgetall(ns.keys.heartbeat('pool'))).toMatchObject({
    started_at: '1700000000',
    heartbeat_at: '1700000005',
    job_names: 'a,b',
    worker_ids: 'w1,w2',
    concurrency: '2',
    pid: String(process.pid),
  });
  expect(await ns.redis.ttl(ns.keys.heartbeat('pool'))).toBe(-1);
});

it('takes the pool off the books', async () => {
  await heartbeater.beat();
  await heartbeater.remove();
  expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([]);
});

it('beats through a connector of its own, which no other thread can be given', async () => {
  const memory = new MemoryRedis();
  const connection = new RedisConnection(memory.options, { name: 'test' });
  const scripts = new Scripts(ns.keys, systemClock);
  const heartbeater = aHeartbeater({ connection, clock: systemClock, scripts });
  await connection.ready();
  heartbeater.start();
  const { workerPools } = ns.keys;
  await eventually(async () =>
    expect(await connection.redis.smembers(workerPools)).toEqual(['pool']),
  );
  await heartbeater.stop();
  connection.close();
  await memory.close();
});
