import { expect, it } from '@jest/globals';
import { BeatWatch } from './beat-watch.js';

function pool(id: string, heartbeatAt: number | undefined) {
  return { id, heartbeatAt, jobNames: undefined, suspectedSince: undefined };
}

it('measures how long a beat has not moved, and forgets pools that are gone', () => {
  const watch = new BeatWatch();
  watch.see([pool('a', 5), pool('b', 5)], 1_000);
  watch.see([pool('a', 5), pool('b', 6)], 4_000);
  expect(watch.stillFor({ id: 'a' }, 11_000)).toBe(10);
  expect(watch.stillFor({ id: 'b' }, 11_000)).toBe(7);
  expect(watch.stillFor({ id: 'never seen' }, 11_000)).toBe(0);
  watch.see([], 12_000);
  watch.see([pool('a', 5)], 13_000);
  expect(watch.stillFor({ id: 'a' }, 13_000)).toBe(0);
});
