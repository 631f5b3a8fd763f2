import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from './client.js';
import { InvalidOptionError } from './errors.js';
import { FakeClock } from './testing/fake-clock.js';
import { TestNamespace } from './testing/test-redis.js';

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
      { jobName: 'a', count: 2, latency: 60 },
      { jobName: 'b', count: 0, latency: 0 },
      { jobName: 'broken', count: 1, latency: 0 },
    ]);
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
    expect(await client.deadJobs()).toEqual({
      jobs: [{ at: new Date(1_500), job: undefined, text: 'not JSON' }],
      total: 1,
    });
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
      },
    ]);
  });
});
