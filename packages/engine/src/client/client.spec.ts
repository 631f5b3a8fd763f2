import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from './client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidJobNameError, InvalidOptionError, JobInUseError } from '../errors/errors.js';
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
  it('tell how many jobs wait, and for how long the next one has', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'b', 'a', 'broken');
    await ns.redis.lpush(
      ns.keys.queue('a'),
      entry('a', '1', 1_699_999_940),
      entry('a', '2', 1_699_999_990),
    );
    await ns.redis.lpush(ns.keys.queue('broken'), 'not JSON');
    expect(await client.queues()).toEqual([
      { ...idle, jobName: 'a', count: 2, latency: 60 },
      { ...idle, jobName: 'b', count: 0, latency: 0 },
      { ...idle, jobName: 'broken', count: 1, latency: 0 },
    ]);
  });

  it('tell what limits them', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'a', 'b');
    await ns.redis.mset(ns.keys.lock('a'), 3, ns.keys.lock('b'), -1);
    await ns.redis.set(ns.keys.maxConcurrency('b'), 'nonsense');
    await client.setMaxConcurrency('a', 5);
    await client.pause('a');
    await client.pause('b', { seconds: 100 });
    const [a, b] = await client.pausedJobs();
    expect(a).toMatchObject({ inProgress: 3, maxConcurrency: 5, paused: true });
    expect(a?.pausedUntil).toBeUndefined();
    expect(b).toMatchObject({ inProgress: 0, maxConcurrency: 0, paused: true });
    const left = Number(b?.pausedUntil) - 1_700_000_000_000;
    expect(left).toBeGreaterThan(90_000);
    expect(left).toBeLessThanOrEqual(100_000);
    expect(await client.unpause('a')).toBe(true);
    expect(await client.unpause('a')).toBe(false);
    expect((await client.pausedJobs()).map(({ jobName }) => jobName)).toEqual(['b']);
  });

  it('refuse names, limits and durations that make no sense', async () => {
    await expect(client.pause('a:lock')).rejects.toThrow(InvalidJobNameError);
    await expect(client.pause('a', { seconds: 0.5 })).rejects.toThrow(InvalidOptionError);
    await expect(client.setMaxConcurrency('a', -1)).rejects.toThrow(InvalidOptionError);
    await expect(client.setMaxConcurrency('a,b', 1)).rejects.toThrow(InvalidJobNameError);
  });

  it('show the waiting jobs by page, the next one first', async () => {
    for (let i = 1; i <= 45; i++) await ns.redis.lpush(ns.keys.queue('n'), entry('n', String(i)));
    await ns.redis.lpush(ns.keys.queue('n'), Buffer.from([0xff]));
    const first = await client.jobs('n');
    expect(first.total).toBe(46);
    expect(first.jobs.map(({ job }) => job?.id)).toEqual(
      Array.from({ length: 20 }, (_, i) => String(i + 1)),
    );
    expect((await client.jobs('n', 2)).jobs[0]).toMatchObject({ position: 21, job: { id: '21' } });
    const last = await client.jobs('n', 3);
    expect(last.jobs).toHaveLength(6);
    expect(last.jobs[5]).toEqual({
      position: 46,
      job: undefined,
      text: '\ufffd',
      raw: Buffer.from([0xff]),
      id: 'sha1:85e53271e14006f0265921d02d4d736cdc580b0b',
    });
    expect(await client.jobs('n', 4)).toEqual({ jobs: [], total: 46 });
    await expect(client.jobs('n', 0)).rejects.toThrow(InvalidOptionError);
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
      const result = await client.emptyQueue('n', {
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

  it('can be forgotten once nobody needs them', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'n', 'other');
    await ns.redis.hset(ns.keys.lockInfo('n'), 'pool', 1);
    await expect(client.forgetJob('n')).rejects.toThrow('1 job is in progress');
    await ns.redis.hset(ns.keys.lockInfo('n'), 'pool', 0);
    await ns.redis.lpush(ns.keys.queue('n'), entry('n', '1'));
    await expect(client.forgetJob('n')).rejects.toThrow(JobInUseError);
    await client.emptyQueue('n');
    await ns.redis.sadd(ns.keys.workerPools, 'go');
    await ns.redis.hset(ns.keys.heartbeat('go'), { heartbeat_at: 1, job_names: 'n' });
    await expect(client.forgetJob('n')).rejects.toThrow('1 worker pool runs it');
    await ns.redis.del(ns.keys.heartbeat('go'));
    await client.pause('n');
    await client.forgetJob('n');
    expect((await client.queues()).map(({ jobName }) => jobName)).toEqual(['other']);
    expect(await ns.redis.keys(`${ns.keys.queue('n')}*`)).toEqual([]);
  });

  it('have their locks rebuilt', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'a', 'b');
    await ns.redis.sadd(ns.keys.workerPools, 'go');
    await ns.redis.hset(ns.keys.lockInfo('a'), { go: 2, gone: 0 });
    await ns.redis.set(ns.keys.lock('a'), 7);
    expect(await client.rebuildLocks()).toBe(1);
    expect(await ns.lock('a')).toBe(2);
    expect(await ns.redis.hkeys(ns.keys.lockInfo('a'))).toEqual(['go']);
  });
});

describe('a page', () => {
  it.each([
    ['scheduledJobs', 'scheduled'],
    ['retryJobs', 'retry'],
    ['deadJobs', 'dead'],
  ] as const)('of %s holds 20 jobs by time, and tells how many there are', async (method, set) => {
    for (let i = 0; i < 25; i++) await ns.redis.zadd(ns.keys[set], 100 + i, entry('n', String(i)));
    const first = await client[method]();
    const second = await client[method](2);
    expect([first.total, first.jobs.length, second.jobs.length]).toEqual([25, 20, 5]);
    expect(first.jobs[0]).toMatchObject({ at: new Date(100_000), job: { id: '0' } });
    expect(second.jobs[4]).toMatchObject({ at: new Date(124_000), job: { id: '24' } });
    expect(await client[method](3)).toEqual({ jobs: [], total: 25 });
  });

  it('shows an entry that is no job for what it is', async () => {
    await ns.redis.zadd(ns.keys.dead, 1.5, 'not JSON');
    const id = 'sha1:3b1ee92e73671d4d11004118ce32db00e25bb327';
    expect(await client.deadJobs()).toEqual({
      jobs: [{ at: new Date(1_500), job: undefined, text: 'not JSON', raw: 'not JSON', id }],
      total: 1,
    });
  });

  it('finds and deletes what is no job by its digest, and what has a part of a second as its time', async () => {
    await ns.redis.zadd(ns.keys.dead, 1.5, 'not JSON', 1, 'nor this');
    const [other, first] = (await client.deadJobs()).jobs;
    const ref = { at: new Date(1_000), id: first?.id ?? '' };
    expect(await client.deadJob(ref)).toMatchObject({ text: 'not JSON' });
    expect(await client.deleteDeadJob(ref)).toBe(true);
    expect(await client.deadJob(ref)).toBeUndefined();
    expect((await client.deadJobs()).jobs).toEqual([other]);
  });

  it.each([0, -1, 1.5, NaN])('number %p is refused', async (page) => {
    await expect(client.deadJobs(page)).rejects.toThrow(InvalidOptionError);
  });
});

describe('workerPoolHeartbeats', () => {
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
    expect(await client.workerPoolHeartbeats()).toEqual([
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
