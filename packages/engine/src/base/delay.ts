import { durationIn } from './duration.js';

/** The longest possible delay of a job, in seconds: 100 years. Longer ones do not yield a valid date. */
export const MAX_DELAY = 100 * 365 * 24 * 3600;

/**
 * Returns a delay in whole seconds, rounded up, at most `MAX_DELAY`; `undefined` for anything but a number of 0 or
 * more.
 */
export function wholeDelay(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined;
  return Math.min(Math.ceil(seconds), MAX_DELAY);
}

/** Returns a duration as the whole seconds that are sent to Redis; `undefined` for anything that is not a duration. */
export function delayOf(duration: unknown): number | undefined {
  const milliseconds = durationIn(duration);
  return milliseconds === undefined ? undefined : wholeDelay(milliseconds / 1000);
}
