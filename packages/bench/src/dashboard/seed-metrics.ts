import type { Redis } from 'ioredis';
import { NAMESPACE } from './setting.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

// As the engine keeps them; in seconds.
const RESOLUTIONS = [
  { seconds: 60, keep: 2 * HOUR },
  { seconds: 600, keep: 2 * DAY },
  { seconds: HOUR, keep: 32 * DAY },
  { seconds: DAY, keep: 32 * DAY },
];
const BUCKETS = 12;

/** The counters of all names in all intervals that a chart can reach, each with runs in a dozen buckets. */
export async function seedMetrics(
  redis: Redis,
  names: readonly string[],
  now: number,
): Promise<void> {
  const counters = JSON.stringify({
    ...{ done: 5_321, failed: 17, dead: 2, time: 123_456 },
    ...Object.fromEntries(
      Array.from({ length: BUCKETS }, (_, i) => [
        [`r${i + 4}`, 400 + i],
        [`w${i + 8}`, 300 + i],
      ]).flat(),
    ),
  });
  const hash = Object.fromEntries(['', ...names].map((name) => [name, counters]));
  for (const { seconds, keep } of RESOLUTIONS) {
    const last = now - (now % seconds);
    for (let start = last; start > now - keep; start -= seconds) {
      await redis.hset(`${NAMESPACE}:nestcraft:metrics:${seconds}:${start}`, hash);
    }
  }
}
