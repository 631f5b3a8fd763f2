import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { Scripts } from '../scripts/scripts.js';
import type { Page } from '../scripts/job-scripts.js';

let ns: TestNamespace;
let scripts: Scripts;

beforeEach(async () => {
  ns = new TestNamespace();
  scripts = new Scripts(ns.keys, new FakeClock(0));
  await ns.connection.ready();
});

afterEach(() => ns.close());

/** Reads a list from its left to its end. */
async function pages(key: string, bound: { count: number; bytes: number }): Promise<Page[]> {
  const read: Page[] = [];
  for (let from: number | undefined = 0; from !== undefined; from = read.at(-1)?.next) {
    read.push(await ns.connection.call(scripts.jobs.listPage(key, from, bound)));
  }
  return read;
}

const entriesOf = (read: readonly Page[]): (readonly unknown[])[] =>
  read.map(({ entries }) => entries);

describe('a page of a list', () => {
  it('is bounded in number', async () => {
    await ns.redis.rpush(ns.keys.queue('n'), 'a', 'b', 'c', 'd', 'e');
    const read = await pages(ns.keys.queue('n'), { count: 2, bytes: 100 });
    expect(entriesOf(read)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(read[0]).toMatchObject({ total: 5, next: 2, scores: [] });
  });

  it('is bounded in bytes, and has at least one entry', async () => {
    const [large, larger] = ['x'.repeat(60), 'y'.repeat(200)];
    await ns.redis.rpush(ns.keys.queue('n'), 'a', 'b', large, large, larger, 'c');
    const read = await pages(ns.keys.queue('n'), { count: 10, bytes: 100 });
    expect(entriesOf(read)).toEqual([['a', 'b', large], [large], [larger], ['c']]);
  });

  it('can be read from its right end', async () => {
    await ns.redis.rpush(ns.keys.queue('n'), 'a', 'b', 'c', 'd', 'e');
    const call = scripts.jobs.listPage(ns.keys.queue('n'), 1, { count: 3, backwards: true });
    expect(await ns.connection.call(call)).toMatchObject({ entries: ['d', 'c', 'b'], next: 4 });
  });

  it('passes hundreds of entries', async () => {
    const entries = Array.from({ length: 700 }, (_, i) => `entry ${i}`);
    await ns.redis.rpush(ns.keys.queue('n'), ...entries);
    const read = await pages(ns.keys.queue('n'), { count: 500, bytes: 100_000 });
    expect(read.map((page) => page.entries.length)).toEqual([500, 200]);
    expect(entriesOf(read).flat()).toEqual(entries);
  });

  it('is empty where nothing is, and behind the end', async () => {
    expect(await pages(ns.keys.queue('n'), { count: 10, bytes: 100 })).toEqual([
      { entries: [], scores: [], total: 0, next: undefined },
    ]);
    await ns.redis.rpush(ns.keys.queue('n'), 'a');
    const call = scripts.jobs.listPage(ns.keys.queue('n'), 7, { count: 3 });
    expect(await ns.connection.call(call)).toMatchObject({ entries: [], next: undefined });
  });

  it('is refused for a key that is not a list', async () => {
    await ns.redis.set(ns.keys.queue('n'), 'text');
    const call = scripts.jobs.listPage(ns.keys.queue('n'), 0, { count: 3 });
    await expect(ns.connection.call(call)).rejects.toThrow('WRONGTYPE');
  });
});

describe('a page of a sorted set', () => {
  beforeEach(() => ns.redis.zadd(ns.keys.dead, 1, 'a', 2, 'b'.repeat(60), 3.5, 'c'.repeat(60)));

  it('has the scores, and is bounded in bytes', async () => {
    const call = scripts.jobs.setPage(ns.keys.dead, 0, { count: 10, bytes: 100 });
    expect(await ns.connection.call(call)).toEqual({
      entries: ['a', 'b'.repeat(60)],
      scores: [1, 2],
      total: 3,
      next: 2,
    });
  });

  it('can be read from the highest score', async () => {
    const call = scripts.jobs.setPage(ns.keys.dead, 0, { count: 10, bytes: 100, backwards: true });
    expect(await ns.connection.call(call)).toMatchObject({ scores: [3.5], next: 1 });
  });
});
