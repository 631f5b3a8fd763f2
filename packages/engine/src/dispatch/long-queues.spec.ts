import { beforeEach, describe, expect, it } from '@jest/globals';
import { LongQueues } from './long-queues.js';
import type { FetchedEntry, OpenQueues } from '../scripts/fetching.js';

const LONG = 20_000;

let queues: LongQueues;

beforeEach(() => {
  queues = new LongQueues();
});

function jobs(jobName: string, ...sizes: number[]): FetchedEntry[] {
  return sizes.map((size) => ({ jobName, raw: Buffer.alloc(size, 'x') }));
}

function open(waiting: Record<string, number>, ahead = true): OpenQueues {
  return { waiting: new Map(Object.entries(waiting)), ahead };
}

/** What is moved when each name is offered so many jobs now, and so many ahead. */
function take(now: Record<string, number>, ahead: Record<string, number> = {}): object {
  const jobNames = Object.keys(now);
  const moves = queues.take({
    jobNames,
    shares: Object.values(now),
    sharesAhead: jobNames.map((name) => ahead[name] ?? 0),
  });
  return Object.fromEntries(moves.map(({ jobName, count }) => [jobName, count]));
}

describe('queues of long jobs', () => {
  it('are those whose jobs were long on average when they were fetched last', () => {
    queues.learn([...jobs('a', LONG, 100), ...jobs('b', LONG, 100, 100)], open({}));
    expect([queues.has('a'), queues.has('b')]).toEqual([true, false]);
    queues.learn(jobs('a', 100), open({}));
    expect(queues.has('a')).toBe(false);
  });

  it('have no more moved than is wanted, waits, and fits by the longest of the last jobs', () => {
    const all = { few: 9, short: 1_000, huge: 1_000, unknown: 9 };
    queues.learn(
      [...jobs('few', LONG), ...jobs('short', LONG), ...jobs('huge', 100_000, 9_000, 9_000)],
      open({ few: 3, short: 1_000, huge: 1_000 }),
    );
    expect(take(all)).toEqual({ few: 3, short: 26, huge: 5 });
  });

  it('have at most 32 jobs moved, since the next ones may be longer', () => {
    queues.learn(jobs('a', 9_000), open({ a: 1_000 }));
    expect(take({ a: 500 })).toEqual({ a: 32 });
  });

  it('remember the longest job for some fetches', () => {
    queues.learn(jobs('a', 500_000), open({ a: 99 }));
    queues.learn(jobs('a', LONG), open({ a: 99 }));
    expect(take({ a: 32 })).toEqual({ a: 1 });
    for (let i = 0; i < 20; i++) queues.learn(jobs('a', LONG), open({ a: 99 }));
    expect(take({ a: 32 })).toEqual({ a: 26 });
  });

  it('are never asked twice for the same jobs', () => {
    queues.learn(jobs('a', LONG), open({ a: 8 }));
    expect([take({ a: 5 }), take({ a: 5 }), take({ a: 5 })]).toEqual([{ a: 5 }, { a: 3 }, {}]);
  });

  it('have jobs moved ahead only if Redis says that none is overtaken', () => {
    queues.learn(jobs('a', LONG), open({ a: 9 }, false));
    expect(take({ a: 2 }, { a: 5 })).toEqual({ a: 2 });
    queues.learn(jobs('a', LONG), open({ a: 9 }, true));
    expect(take({ a: 2 }, { a: 5 })).toEqual({ a: 7 });
  });

  it('get jobs back that were moved from a queue that is no longer open', () => {
    const [a, b] = [jobs('a', LONG, LONG), jobs('b', LONG)];
    expect(queues.sift([...a, ...b], open({ b: 0 }))).toEqual({ fit: b, unfit: a });
  });

  it('take back unique jobs, and leave their name to scripts for good', () => {
    const unique = { jobName: 'a', raw: Buffer.from(`{"unique":true,"x":"${'x'.repeat(LONG)}"}`) };
    queues.learn(jobs('a', LONG), open({ a: 9 }));
    const moved = [...jobs('a', LONG), unique];
    expect(queues.sift(moved, open({ a: 9 }))).toEqual({ fit: [], unfit: moved });
    queues.learn(jobs('a', LONG), open({ a: 9 }));
    expect(queues.has('a')).toBe(false);
  });

  it('are not taken for unique by an argument of that name', () => {
    const raw = Buffer.from(`{"args":{"unique":"no","x":"${'x'.repeat(LONG)}"}}`);
    const moved = [{ jobName: 'a', raw }];
    expect(queues.sift(moved, open({ a: 9 }))).toEqual({ fit: moved, unfit: [] });
  });

  it('are left to scripts for a while once a command has failed', () => {
    queues.learn(jobs('a', LONG), open({ a: 9 }));
    queues.rest();
    expect([queues.has('a'), take({ a: 5 })]).toEqual([false, {}]);
    queues.learn(jobs('a', LONG), open({ a: 9 }));
    expect(queues.has('a')).toBe(false);
  });
});
