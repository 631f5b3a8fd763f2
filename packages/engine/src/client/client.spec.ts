import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from './client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import {
  InvalidJobNameError,
  InvalidOptionError,
  JobInUseError,
  ClosedError,
} from '../errors/errors.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let client: Client;

beforeEach(() => {
  ns = new TestNamespace();
  client = new Client({ ...ns.options, clock: new FakeClock(1_700_000_000) });
});

afterEach(async () => {
  client.close();
  await ns.close();
});

function entry(name: string, id: string, t = 0): string {
  return `{"name":"${name}","id":"${id}","t":${t},"args":null}`;
}

const idle = { inProgress: 0, maxConcurrency: 0, paused: false, pausedUntil: undefined };

describe('queues', () => {
  it('show the number of waiting jobs, and the wait of the next one', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'b', 'a', 'broken');
    await ns.redis.lpush(
      ns.keys.queue('a'),
      entry('a', '1', 1_699_999_940),
      entry('a', '2', 1_699_999_990),
    );
    await ns.redis.lpush(ns.keys.queue('broken'), 'not JSON');
    expect(await client.queues.list()).toEqual([
      { ...idle, jobName: 'a', count: 2, latency: 60_000 },
      { ...idle, jobName: 'b', count: 0, latency: 0 },
      { ...idle, jobName: 'broken', count: 1, latency: 0 },
    ]);
  });

  it('show their limits', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'a', 'b');
    await ns.redis.mset(ns.keys.lock('a'), 3, ns.keys.lock('b'), -1);
    await ns.redis.set(ns.keys.maxConcurrency('b'), 'nonsense');
    await client.queue('a').limit(5);
    await client.queue('a').pause();
    await client.queue('b').pause({ for: '100s' });
    const [a, b] = await client.queues.list();
    expect(a).toMatchObject({ inProgress: 3, maxConcurrency: 5, paused: true });
    expect(a?.pausedUntil).toBeUndefined();
    expect(b).toMatchObject({ inProgress: 0, maxConcurrency: 0, paused: true });
    const left = Number(b?.pausedUntil) - 1_700_000_000_000;
    expect(left).toBeGreaterThan(90_000);
    expect(left).toBeLessThanOrEqual(100_000);
    expect(await client.queue('a').resume()).toEqual({ status: 'resumed' });
    expect(await client.queue('a').resume()).toEqual({ status: 'notPaused' });
    const paused = (await client.queues.list()).filter((queue) => queue.paused);
    expect(paused.map(({ jobName }) => jobName)).toEqual(['b']);
  });

  it('refuse names, limits and durations that make no sense', async () => {
    expect(() => client.queue('a:lock')).toThrow(InvalidJobNameError);
    expect(() => client.queue('a,b')).toThrow(InvalidJobNameError);
    const queue = client.queue('a');
    for (const duration of [
      0,
      -1,
      NaN,
      Infinity,
      '0s',
      '100',
      '101y',
      '36501d',
      36_501 * 86_400_000,
    ])
      await expect(queue.pause({ for: duration })).rejects.toThrow(InvalidOptionError);
    await expect(queue.limit(-1)).rejects.toThrow(InvalidOptionError);
    expect(await ns.redis.exists(ns.keys.paused('a'), ns.keys.maxConcurrency('a'))).toBe(0);
  });

  it.each([
    [1, 1],
    ['0.5s', 1],
    [1_001, 2],
    ['10m', 600],
    ['36500d', 36_500 * 86_400],
  ])('are paused for %p: %p seconds, rounded up', async (duration, seconds) => {
    await client.queue('a').pause({ for: duration });
    expect(await ns.redis.call('TTL', ns.keys.paused('a'))).toBe(seconds);
  });

  it('list the waiting jobs, the next one first', async () => {
    for (let i = 1; i <= 45; i++) await ns.redis.lpush(ns.keys.queue('n'), entry('n', String(i)));
    await ns.redis.lpush(ns.keys.queue('n'), Buffer.from([0xff]));
    const queue = client.queue('n');
    const first = await queue.list();
    expect(first).toMatchObject({ total: 46, from: 0, next: 20 });
    expect(first.jobs.map(({ job }) => job?.id)).toEqual(
      Array.from({ length: 20 }, (_, i) => String(i + 1)),
    );
    const second = await queue.list({ from: first.next });
    expect(second.jobs[0]).toMatchObject({ position: 21, job: { id: '21' } });
    const last = await queue.list({ from: second.next });
    expect(last).toMatchObject({ total: 46, from: 40, next: undefined });
    expect(last.jobs).toHaveLength(6);
    expect(last.jobs[5]).toEqual({
      position: 46,
      job: undefined,
      text: '\ufffd',
      raw: Buffer.from([0xff]),
      id: 'sha1:85e53271e14006f0265921d02d4d736cdc580b0b',
    });
    expect(await queue.list({ from: 60 })).toEqual({
      ...{ jobs: [], total: 46, from: 60, next: undefined },
    });
    await expect(queue.list({ from: -1 })).rejects.toThrow(InvalidOptionError);
  });

  it('can be emptied, and free the claims of unique jobs', async () => {
    const enqueuer = new Enqueuer({ ...ns.options });
    try {
      await enqueuer.enqueueMany(Array.from({ length: 1_100 }, () => ({ name: 'n' })));
      await enqueuer.enqueue('n', { a: 1 }, { unique: true });
      await enqueuer.enqueue('n', { a: 1 }, { unique: { key: { k: 1 } } });
      await enqueuer.enqueue('n', { a: 2 }, { unique: { key: { k: 1 } } });
      await ns.redis.rpush(ns.keys.queue('n'), 'not JSON');
      const progress: number[] = [];
      const result = await client.queue('n').empty({
        onProgress: ({ done }) => progress.push(done),
      });
      expect(result).toMatchObject({ total: 1_103, done: 1_103, aborted: false });
      expect(progress).toEqual([500, 1_000, 1_103]);
      expect(await ns.queue('n')).toEqual([]);
      expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
        status: 'enqueued',
      });
      expect(await enqueuer.enqueue('n', { a: 1 }, { unique: { key: { k: 1 } } })).toMatchObject({
        status: 'enqueued',
      });
    } finally {
      await enqueuer.close();
    }
  });

  it('can be forgotten once they are unused', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'n', 'other');
    await ns.redis.hset(ns.keys.lockInfo('n'), 'pool', 1);
    await expect(client.queue('n').forget()).rejects.toThrow('1 job is in progress');
    await ns.redis.hset(ns.keys.lockInfo('n'), 'pool', 0);
    await ns.redis.lpush(ns.keys.queue('n'), entry('n', '1'));
    await expect(client.queue('n').forget()).rejects.toThrow(JobInUseError);
    await client.queue('n').empty();
    await ns.redis.sadd(ns.keys.workerPools, 'go');
    await ns.redis.hset(ns.keys.heartbeat('go'), { heartbeat_at: 1, job_names: 'n' });
    await expect(client.queue('n').forget()).rejects.toThrow('1 worker pool runs it');
    await ns.redis.del(ns.keys.heartbeat('go'));
    await client.queue('n').pause();
    await client.queue('n').forget();
    expect((await client.queues.list()).map(({ jobName }) => jobName)).toEqual(['other']);
    expect(await ns.redis.keys(`${ns.keys.queue('n')}*`)).toEqual([]);
  });

  it('have their locks rebuilt', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'a', 'b');
    await ns.redis.sadd(ns.keys.workerPools, 'go');
    await ns.redis.hset(ns.keys.lockInfo('a'), { go: 2, gone: 0 });
    await ns.redis.set(ns.keys.lock('a'), 7);
    expect(await client.rebuildLocks()).toEqual([
      { jobName: 'a', before: 7, after: 2, forgotten: ['gone'] },
    ]);
    expect(await ns.lock('a')).toBe(2);
    expect(await ns.redis.hkeys(ns.keys.lockInfo('a'))).toEqual(['go']);
  });
});

describe('a list', () => {
  it.each([
    ['scheduled', 'scheduled'],
    ['retries', 'retry'],
    ['dead', 'dead'],
  ] as const)('of client.%s holds 20 jobs by time, and counts all of them', async (facet, set) => {
    for (let i = 0; i < 25; i++) await ns.redis.zadd(ns.keys[set], 100 + i, entry('n', String(i)));
    const first = await client[facet].list();
    const second = await client[facet].list({ from: first.next });
    expect([first.total, first.jobs.length, second.jobs.length]).toEqual([25, 20, 5]);
    expect(first.jobs[0]).toMatchObject({ at: new Date(100_000), job: { id: '0' } });
    expect(second.jobs[4]).toMatchObject({ at: new Date(124_000), job: { id: '24' } });
    expect(await client[facet].list({ from: 40 })).toMatchObject({ jobs: [], total: 25 });
    expect(await client[facet].count()).toEqual({ count: 25, exact: true });
  });

  it('shows an entry that is not a job as such', async () => {
    await ns.redis.zadd(ns.keys.dead, 1.5, 'not JSON');
    const id = 'sha1:3b1ee92e73671d4d11004118ce32db00e25bb327';
    expect(await client.dead.list()).toMatchObject({
      jobs: [{ at: new Date(1_500), job: undefined, text: 'not JSON', raw: 'not JSON', id }],
      total: 1,
    });
  });

  it('finds and deletes entries that are not jobs by their digest, and entries with fractional times', async () => {
    await ns.redis.zadd(ns.keys.dead, 1.5, 'not JSON', 1, 'nor this');
    const [other, first] = (await client.dead.list()).jobs;
    const ref = { at: new Date(1_000), id: first?.id ?? '' };
    expect(await client.dead.get(ref)).toMatchObject({ text: 'not JSON' });
    expect(await client.dead.delete(ref)).toEqual({ status: 'deleted' });
    expect(await client.dead.get(ref)).toBeUndefined();
    expect((await client.dead.list()).jobs).toEqual([other]);
  });

  it.each([-1, 1.5, NaN])('that begins at %p is refused', async (from) => {
    await expect(client.dead.list({ from })).rejects.toThrow(InvalidOptionError);
  });
});

describe('pools', () => {
  it("reads Go's heartbeats and passes over a pool that has none", async () => {
    await ns.redis.sadd(ns.keys.workerPools, 'go', 'gone');
    await ns.redis.hset(ns.keys.heartbeat('go'), {
      heartbeat_at: 1_700_000_000,
      started_at: 1_699_999_000,
      job_names: 'a,b',
      concurrency: 10,
      worker_ids: 'w1,w2',
      host: 'box',
      pid: 42,
    });
    expect(await client.pools.list()).toEqual([
      {
        workerPoolId: 'go',
        heartbeatAt: new Date(1_700_000_000_000),
        startedAt: new Date(1_699_999_000_000),
        jobNames: ['a', 'b'],
        concurrency: 10,
        workerIds: ['w1', 'w2'],
        host: 'box',
        pid: 42,
        engine: 'gocraft',
        schedules: [],
      },
    ]);
  });
});

it('closes its own connection at the end of `await using`, and leaves a shared one open', async () => {
  const own = new Client(ns.options);
  await own[Symbol.asyncDispose]();
  await expect(own.counts()).rejects.toThrow(ClosedError);
  await new Client({ redis: ns.connection })[Symbol.asyncDispose]();
  expect(await client.server.info()).toContain('redis_version');
  expect(Math.abs((await client.server.time()).getTime() - Date.now())).toBeLessThan(60_000);
});
