import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.js';
import { Enqueuer } from './enqueuer.js';
import { Scripts } from './redis/scripts.js';
import { TestNamespace } from './testing/test-redis.js';

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
      ...{ watch: false, atLimit: new Set<string>(), holding: new Set<string>() },
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

  it('takes no more ahead than is wanted', async () => {
    await enqueue('a', ...Array.from({ length: 12 }, (_, i) => i));
    expect(await fetch(['a'])).toHaveLength(10);
    expect(await ns.queue('a')).toHaveLength(2);
  });

  it('fills what one queue lacks ahead from the others, after what idle workers get', async () => {
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

  it('takes none ahead while jobs wait that must not be taken ahead: they would be overtaken', async () => {
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

  it('takes nothing from a paused name, ahead either', async () => {
    await enqueue('a', 1, 2);
    await ns.redis.set(ns.keys.paused('a'), '1');
    expect(await fetch(['a'])).toEqual([]);
    expect(await ns.queue('a')).toHaveLength(2);
  });

  it('takes no unique job ahead, nor what stands behind it; its claim stays', async () => {
    await enqueue('a', 1, 2);
    const unique = await enqueuer.enqueueUnique('a', { i: 3 });
    await enqueue('a', 4);
    const before = await ns.queue('a');
    expect(await fetch(['a'])).toEqual(['a 1', 'a 2']);
    await expectCounted('a', 2);
    expect(await ns.queue('a')).toEqual(before.slice(0, 2));
    expect(await ns.redis.exists(unique?.uniqueKey ?? '')).toBe(1);
    expect(await fetch(['a'])).toEqual(['a 3', 'a 4']);
  });
});
