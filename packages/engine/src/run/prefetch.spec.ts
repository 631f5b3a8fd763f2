import { describe, expect, it } from '@jest/globals';
import { Prefetch } from './prefetch.js';

/** Ends `count` jobs of a name, one every `every` milliseconds, from `start` on; returns when the last one ended. */
function run(
  prefetch: Prefetch,
  { name = 'n', count = 200, every = 1, duration = 1, start = 0 },
): number {
  for (let i = 1; i <= count; i++) prefetch.ended(name, duration, start + i * every);
  return start + count * every;
}

describe('Prefetch', () => {
  it('wants nothing ahead before any job has ended', () => {
    const prefetch = new Prefetch();
    expect(prefetch.room(1_000)).toBe(0);
    expect(prefetch.allows('n')).toBe(false);
  });

  it.each([
    [0.01, 450, 550],
    [0.1, 45, 55],
    [1, 4, 6],
    [100, 0, 1],
  ])('with a job ended every %p ms wants what begins in about 5 ms', (every, least, most) => {
    const prefetch = new Prefetch();
    const now = run(prefetch, { every, duration: every, count: 2_000 });
    expect(prefetch.room(now)).toBeGreaterThanOrEqual(least);
    expect(prefetch.room(now)).toBeLessThanOrEqual(most);
  });

  it('wants nothing ahead any more when nothing ends', () => {
    const prefetch = new Prefetch();
    const now = run(prefetch, { every: 0.01, count: 2_000 });
    expect(prefetch.room(now + 50)).toBe(0);
  });

  it('begins anew when jobs had to wait for too long', () => {
    const prefetch = new Prefetch();
    const now = run(prefetch, { every: 0.01, count: 2_000 });
    prefetch.overdue();
    expect(prefetch.room(now)).toBe(0);
  });

  it('allows short jobs, except those of excluded names', () => {
    const prefetch = new Prefetch(['limited']);
    run(prefetch, { name: 'short', duration: 1 });
    run(prefetch, { name: 'long', duration: 20 });
    run(prefetch, { name: 'limited', duration: 1 });
    expect(['short', 'long', 'limited'].map((name) => prefetch.allows(name))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('forbids a name as soon as its jobs turn long, and allows it after several short ones', () => {
    const prefetch = new Prefetch();
    run(prefetch, { duration: 1 });
    prefetch.ended('n', 20, 201);
    expect(prefetch.allows('n')).toBe(false);
    prefetch.ended('n', 1, 202);
    expect(prefetch.allows('n')).toBe(false);
    run(prefetch, { duration: 1, start: 202 });
    expect(prefetch.allows('n')).toBe(true);
  });
});
