import type { Random } from './random.js';

/**
 * Seconds until a failed job runs again: `fails⁴ + 15 + r·(fails + 1)` with r a whole number from 0 to 29.
 * The rule of gocraft/work: 16–74 s after the first failure, 31–118 after the second, 96–212, 271–416, …
 *
 * @param fails failures so far, the latest included
 */
export function defaultBackoff(fails: number, random: Random): number {
  return fails ** 4 + 15 + Math.floor(random() * 30) * (fails + 1);
}
