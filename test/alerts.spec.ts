import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer, silentLogger, WorkerPool, type AlertOptions } from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { eventually } from './support/eventually.js';
import { Proxy } from './support/proxy.js';

const LIMIT = 400;
const COMMAND_TIMEOUT = 300;
// What a drill may take with limits that are so short; the defaults are about forty times as long.
const SOON = 5_000;

let local: LocalRedis;
let proxy: Proxy;
let redis: Redis;
let pool: WorkerPool | undefined;
let told: string[];

beforeEach(async () => {
  local = await LocalRedis.start({ persistence: 'aof' });
  proxy = await Proxy.to(local.port);
  redis = new Redis(local.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  told = [];
});

afterEach(async () => {
  await pool?.stop();
  redis.disconnect();
  await proxy.close();
  await local.stop();
});

function aPool(url = proxy.url, alerts: AlertOptions = { fetch: LIMIT, beat: false }): WorkerPool {
  const timing = { commandTimeout: COMMAND_TIMEOUT, safetyPoll: 50, heartbeat: 200 };
  pool = new WorkerPool({ redis: url, logger: silentLogger, shutdownTimeout: 0, timing, alerts });
  pool.job('n', () => undefined);
  pool.on('stalled', ({ kind }) => told.push(`${kind} stalled`));
  pool.on('recovered', ({ kind }) => told.push(`${kind} recovered`));
  return pool;
}

/** Waits until the stall is told. Health is not green before or after, until the recovery. */
async function stalls(): Promise<void> {
  await eventually(() => expect(told).toEqual(['fetch stalled']), SOON);
  expect(await pool?.health()).toMatchObject({ status: 'down' });
  expect(pool?.stalls).toMatchObject([{ kind: 'fetch' }]);
}

/** Waits until the recovery is told, and the pool runs jobs. */
async function recovers(): Promise<void> {
  await eventually(() => expect(told).toEqual(['fetch stalled', 'fetch recovered']));
  await runsJobs();
  expect(pool?.stalls).toEqual([]);
  await eventually(async () => expect(await pool?.health()).toMatchObject({ status: 'up' }));
}

async function runsJobs(): Promise<void> {
  const enqueuer = new Enqueuer({ redis: local.url });
  const settled = pool && once(pool, 'settled');
  await enqueuer.enqueue('n');
  await settled;
  await enqueuer.close();
}

const DRILLS: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['swallows everything', () => proxy.blackHole(true), () => proxy.blackHole(false)],
  ['pauses its clients', () => redis.client('PAUSE', 2_500), () => undefined],
  ['is down', () => local.kill(), () => local.restart()],
  ['stands still', () => local.pause(), () => local.resume()],
];

describe('when Redis', () => {
  it.each(DRILLS)('%s, the pool tells, and tells of its return', async (_what, begin, end) => {
    await aPool().start();
    await runsJobs();
    expect(told).toEqual([]);
    await begin();
    await stalls();
    await end();
    await recovers();
  });

  it('is down when the pool starts, the pool tells, and tells of its return', async () => {
    await local.kill();
    await aPool().start();
    await stalls();
    await local.restart();
    await recovers();
  });

  it('kills the connections, they are replaced before there is anything to tell', async () => {
    await aPool().start();
    for (let times = 0; times < 5; times++) {
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await runsJobs();
    }
    await eventually(async () => expect(await pool?.health()).toMatchObject({ status: 'up' }));
    expect(pool?.stalls).toEqual([]);
    expect(told.length % 2).toBe(0); // Under load, a replacement may take longer than the limit.
  });

  it('accepts no heartbeats, the pool tells', async () => {
    await aPool(local.url, { fetch: false, beat: 600 }).start();
    const key = `work:worker_pools:${pool?.id}`;
    await redis.set('work:worker_pools', 'not a set');
    await eventually(() => expect(told).toEqual(['beat stalled']), SOON);
    await redis.del('work:worker_pools', key);
    await eventually(() => expect(told).toEqual(['beat stalled', 'beat recovered']));
  });
});
