import { Worker } from 'node:worker_threads';
import { LocalRedis } from '@nestcraft/local-redis';
import { MemoryRedis } from '@nestcraft/memory-redis';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { Heartbeater, type HeartbeaterOptions } from './heartbeater.js';
import { systemClock } from '../base/clock.js';
import { paced } from '../base/loop.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { eventually } from '../../../../test/support/eventually.js';
import { Proxy } from '../../../../test/support/proxy.js';
import { strictReport } from '../testing/strict-report.js';
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
    id: 'pool',
    workerIds: ['w2', 'w1'],
    jobNames: ['b', 'a'],
    settings: settings(5_000),
    schedules: [],
    connection: ns.connection,
    keys: ns.keys,
    scripts: new Scripts(ns.keys, clock),
    clock,
    report: strictReport,
    unanswered: () => 0,
    onError: (error) => strictReport.error('heartbeater.beat', error),
    onThreadEnded: () => undefined,
    ...options,
  });
}

function settings(heartbeat: number): HeartbeaterOptions['settings'] {
  return { concurrency: 2, timing: { heartbeat, stuckAfter: 300_000 } };
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

it('tells for how long Redis has not answered fetches, until it does', async () => {
  let unanswered = 20;
  const told = (): Promise<string | null> =>
    ns.redis.hget(ns.keys.heartbeat('pool'), 'fetch_unanswered');
  const one = aHeartbeater({ unanswered: () => unanswered });
  await one.beat();
  expect(await told()).toBe('20');
  unanswered = 0;
  await one.beat();
  expect(await told()).toBeNull();
});

it('notes that the pool is stopping, unless it is not registered', async () => {
  await heartbeater.noteStopping();
  expect(await ns.redis.exists(ns.keys.heartbeat('pool'))).toBe(0);
  await heartbeater.beat();
  await heartbeater.noteStopping();
  const since = await ns.redis.hget(ns.keys.heartbeat('pool'), 'stopping_since');
  expect(since).toBe('1700000000');
});

it('unregisters the pool', async () => {
  await heartbeater.beat();
  await heartbeater.remove();
  expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([]);
});

it('beats through a connector of its own, which no other thread can be given', async () => {
  const memory = new MemoryRedis();
  const connection = new RedisConnection(memory.options, { name: 'test' });
  const scripts = new Scripts(ns.keys, systemClock);
  const heartbeater = aHeartbeater({ connection, clock: systemClock, scripts });
  const onError = (error: unknown): void => strictReport.error('heartbeater.beat', error);
  const beating = paced(heartbeater, { afterError: 1_000, onError });
  await connection.ready();
  beating.start();
  const { workerPools } = ns.keys;
  await eventually(async () =>
    expect(await connection.redis.smembers(workerPools)).toEqual(['pool']),
  );
  await Promise.all([beating.stop(), heartbeater.stop()]);
  connection.close();
  await memory.close();
});

describe('from a thread of its own', () => {
  const COMMAND_TIMEOUT = 300;
  let local: LocalRedis;
  let proxy: Proxy;
  let admin: Redis;
  let connection: RedisConnection;
  let threads: Worker[];
  let errors: string[];
  let beating: { stop(): Promise<unknown> } | undefined;

  beforeEach(async () => {
    threads = [];
    errors = [];
    jest.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
      threads.push(this);
    });
    local = await LocalRedis.start();
    proxy = await Proxy.to(local.port);
    admin = new Redis(local.url);
    const options = { name: 'pool', commandTimeout: COMMAND_TIMEOUT };
    connection = new RedisConnection(proxy.url, options);
    await connection.ready();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await beating?.stop();
    connection.close();
    admin.disconnect();
    await proxy.close();
    await local.stop();
  });

  /** Beats as a pool does: in a loop, and along with the pool's connection. */
  function startBeating(interval = 200): { stop(): Promise<unknown> } {
    const onError = (error: unknown): unknown => errors.push(String(error));
    const heartbeater = aHeartbeater({
      ...{ connection, settings: settings(interval), clock: systemClock, onError },
      scripts: new Scripts(ns.keys, systemClock),
      onThreadEnded: () => loop.poke(),
    });
    const loop = paced(heartbeater, { afterError: Math.min(interval, 1_000), onError });
    connection.on('up', () => heartbeater.follow());
    loop.start();
    beating = { stop: () => Promise.all([loop.stop(), heartbeater.stop()]) };
    return beating;
  }

  async function connected(redis = admin): Promise<string[]> {
    const list = String(await redis.client('LIST'));
    return list.match(/(?<=name=nestcraft:)\w+/g) ?? [];
  }

  async function beats(redis = admin): Promise<void> {
    await redis.del(ns.keys.heartbeat('pool'));
    await eventually(async () => expect(await redis.exists(ns.keys.heartbeat('pool'))).toBe(1));
  }

  it('beats', async () => {
    startBeating();
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    await beats();
    expect(errors).toEqual([]);
  });

  it('continues when the thread ends, starts another one, and logs this once', async () => {
    startBeating();
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    await threads[0]?.terminate();
    await beats();
    expect(threads).toHaveLength(1);
    await eventually(() => expect(threads).toHaveLength(2));
    await threads[1]?.terminate();
    await beats();
    expect(errors).toEqual([expect.stringMatching(/thread has ended.*main thread beats/)]);
  });

  it('beats where no thread can be started', async () => {
    const shared = jest.spyOn(globalThis, 'SharedArrayBuffer');
    shared.mockImplementation(() => {
      throw new Error('no threads here');
    });
    startBeating();
    await beats();
    await beats();
    expect(errors).toEqual([expect.stringContaining('no threads here')]);
    expect(threads).toEqual([]);
  });

  it('gives up a connection that is silent', async () => {
    startBeating();
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    proxy.freeze('heartbeat');
    await eventually(() => expect(proxy.accepted).toBe(3));
    // The one that was given up is still there, for Redis.
    await eventually(async () =>
      expect((await connected()).filter((name) => name === 'heartbeat')).toHaveLength(2),
    );
  });

  it('follows its address to another server', async () => {
    const other = await LocalRedis.start();
    const otherAdmin = new Redis(other.url);
    startBeating();
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    proxy.pointTo(other.port);
    await admin.replicaof('127.0.0.1', other.port);
    await eventually(async () => expect(await connected(otherAdmin)).toContain('heartbeat'));
    await eventually(async () => expect(await connected()).not.toContain('heartbeat'));
    await beats(otherAdmin);
    otherAdmin.disconnect();
    await other.stop();
  });

  it('follows the connection of its pool', async () => {
    const other = await LocalRedis.start();
    const otherAdmin = new Redis(other.url);
    startBeating(60_000);
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    proxy.pointTo(other.port);
    connection.reconnect();
    await eventually(async () => expect(await connected(otherAdmin)).toContain('heartbeat'));
    otherAdmin.disconnect();
    await other.stop();
  });

  it('stops while its connection is silent', async () => {
    const started = startBeating();
    await eventually(async () => expect(await connected()).toContain('heartbeat'));
    proxy.freeze();
    const began = performance.now();
    await started.stop();
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
