import { durationIn } from './duration.js';

/** The longest possible delay of a job, in seconds: 100 years. Longer ones do not yield a valid date. */
export const MAX_DELAY = 100 * 365 * 24 * 3600;

/**
 * Returns a duration as the whole seconds that are sent to Redis, rounded up, at most `MAX_DELAY`; `undefined` for anything
 * that is not a duration.
 */
export function delayOf(duration: unknown): number | undefined {
  const milliseconds = durationIn(duration);
  if (milliseconds === undefined) return undefined;
  return Math.min(Math.ceil(milliseconds / 1000), MAX_DELAY);
}
