import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../base/clock.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { Keys } from '../redis/keys.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from './scripts.js';
import type { FetchedEntry } from './fetching.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
});

afterEach(async () => {
  await enqueuer.close();
  await ns.close();
});

async function enqueue(jobName: string, ...numbers: number[]): Promise<void> {
  for (const i of numbers) await enqueuer.enqueue(jobName, { i });
}

/** Fetches one job now and nine ahead for names that are short but for those in `long`; returns their numbers. */
async function fetch(jobNames: string[], long: string[] = []): Promise<string[]> {
  await ns.connection.ready();
  const { entries } = await ns.connection.call(
    new Scripts(ns.keys, systemClock).running.fetch({
      ...{ poolId: 'pool', wanted: 1, jobNames, shares: jobNames.map((_, i) => (i === 0 ? 1 : 0)) },
      ...{ watch: false, atLimit: new Set<string>(), uniqueUntil: () => 'started' as const },
      ahead: {
        wanted: 9,
        shares: jobNames.map((_, i) => (i === 0 ? 9 : 0)),
        from: (name) => !long.includes(name),
      },
    }),
  );
  return entries.map(
    ({ jobName, raw }) =>
      `${jobName} ${(JSON.parse(String(raw)) as { args: { i: number } }).args.i}`,
  );
}

async function expectCounted(jobName: string, inProgress: number): Promise<void> {
  expect(await ns.inProgress(jobName)).toBe(inProgress);
  expect(await ns.lock(jobName)).toBe(inProgress);
  expect(await ns.redis.hget(ns.keys.lockInfo(jobName), 'pool')).toBe(String(inProgress));
}

describe('a fetch', () => {
  it('takes jobs ahead, in the order of their queue, and counts them as in progress', async () => {
    await enqueue('a', 1, 2, 3);
    expect(await fetch(['a'])).toEqual(['a 1', 'a 2', 'a 3']);
    await expectCounted('a', 3);
  });

  it('prefetches no more jobs than asked for', async () => {
    await enqueue('a', ...Array.from({ length: 12 }, (_, i) => i));
    expect(await fetch(['a'])).toHaveLength(10);
    expect(await ns.queue('a')).toHaveLength(2);
  });

  it('fills missing prefetched jobs from other queues, after the jobs for idle workers', async () => {
    await enqueue('b', 1, 2, 3);
    await enqueue('a', 4);
    expect(await fetch(['a', 'b'])).toEqual(['a 4', 'b 1', 'b 2', 'b 3']);
  });

  it.each([
    ['that take long', (): unknown => undefined, ['a']],
    ['of a name with a limit', (): unknown => ns.redis.set(ns.keys.maxConcurrency('a'), '5'), []],
    ['of a name that was reaped', (): unknown => ns.redis.set(ns.keys.reaped('a'), '1'), []],
  ])('takes no jobs ahead %s', async (_, arrange, long) => {
    await arrange();
    await enqueue('a', 1, 2);
    expect(await fetch(['a'], long)).toEqual(['a 1']);
    await expectCounted('a', 1);
  });

  it('prefetches nothing while jobs wait that must not be prefetched: they would be overtaken', async () => {
    await enqueue('long', 1);
    await enqueue('a', 1, 2);
    expect(await fetch(['a', 'long'], ['long'])).toEqual(['a 1']);
  });

  it('takes jobs ahead although others are paused', async () => {
    await enqueue('long', 1);
    await enqueue('a', 1, 2);
    await ns.redis.set(ns.keys.paused('long'), '1');
    expect(await fetch(['a', 'long'], ['long'])).toEqual(['a 1', 'a 2']);
  });

  it('fetches and prefetches nothing of a paused name', async () => {
    await enqueue('a', 1, 2);
    await ns.redis.set(ns.keys.paused('a'), '1');
    expect(await fetch(['a'])).toEqual([]);
    expect(await ns.queue('a')).toHaveLength(2);
  });

  it('prefetches no unique job and no job behind it; its claim stays', async () => {
    await enqueue('a', 1, 2);
    const { job: unique } = await enqueuer.enqueue('a', { i: 3 }, { unique: true });
    await enqueue('a', 4);
    const before = await ns.queue('a');
    expect(await fetch(['a'])).toEqual(['a 1', 'a 2']);
    await expectCounted('a', 2);
    expect(await ns.queue('a')).toEqual(before.slice(0, 2));
    expect(await ns.redis.exists(unique?.uniqueKey ?? '')).toBe(1);
    expect(await fetch(['a'])).toEqual(['a 3', 'a 4']);
  });

  it('takes long jobs a few at a time, and says that it has left some', async () => {
    const entry = (id: number, bytes: number): string =>
      `{"name":"a","id":"${id}","t":1,"args":{"text":"${'x'.repeat(bytes)}"}}`;
    const entries = [...[1, 2, 3, 4, 5].map((id) => entry(id, 200_000)), entry(6, 2_000_000)];
    await ns.redis.lpush(ns.keys.queue('a'), ...entries);
    const fetched: string[][] = [];
    for (let i = 0; i < 4; i++) fetched.push((await fetchAll(10)).map(idIn));
    expect(fetched).toEqual([['1', '2'], ['3', '4'], ['5'], ['6']]);
    await expectCounted('a', 6);
    const list = await ns.redis.lrange(ns.keys.inProgress('a', 'pool'), 0, -1);
    expect(list.reverse()).toEqual(entries);
  });

  it('finds a long job behind many short ones, and takes them first', async () => {
    const long = `{"name":"a","id":"long","t":1,"args":{"text":"${'x'.repeat(1_000_000)}"}}`;
    await enqueue('a', ...Array.from({ length: 300 }, (_, i) => i));
    await ns.redis.lpush(ns.keys.queue('a'), long);
    const first = await fetchAll(500);
    expect(first).toHaveLength(300);
    expect((await fetchAll(500)).map(idIn)).toEqual(['long']);
  });
});

describe('a Redis that is full', () => {
  it('is worked off', async () => {
    const server = await LocalRedis.start();
    const enqueuer = new Enqueuer({ redis: server.url });
    const redis = new Redis(server.url);
    try {
      await enqueuer.enqueueMany(Array.from({ length: 100 }, () => ({ name: 'n' })));
      await redis.config('SET', 'maxmemory', 1);
      await expect(enqueuer.enqueue('n')).rejects.toThrow('OOM');
      const connection = new RedisConnection(server.url, { name: 'test' });
      await connection.ready();
      const scripts = new Scripts(new Keys('work'), systemClock);
      const { entries } = await connection.call(
        scripts.running.fetch({
          ...{ poolId: 'pool', wanted: 60, jobNames: ['n'], shares: [60], watch: false },
          ...{ atLimit: new Set<string>(), uniqueUntil: () => 'started' as const },
        }),
      );
      expect(entries).toHaveLength(60);
      const done = entries.map(({ jobName, raw }) => ({ jobName, raw: String(raw) }));
      await connection.call(scripts.running.complete('pool', done));
      expect(await redis.llen('work:jobs:n')).toBe(40);
      expect(await redis.get('work:jobs:n:lock')).toBe('0');
      connection.close();
    } finally {
      redis.disconnect();
      await enqueuer.close();
      await server.stop();
    }
  });
});

async function fetchAll(wanted: number): Promise<readonly FetchedEntry[]> {
  await ns.connection.ready();
  const { entries, isCut } = await ns.connection.call(
    new Scripts(ns.keys, systemClock).running.fetch({
      ...{ poolId: 'pool', wanted, jobNames: ['a'], shares: [wanted], watch: false },
      ...{ atLimit: new Set<string>(), uniqueUntil: () => 'started' as const },
    }),
  );
  expect(isCut).toBe((await ns.queue('a')).length > 0);
  return entries;
}

function idIn({ raw }: FetchedEntry): string {
  return (JSON.parse(String(raw)) as { id: string }).id;
}
