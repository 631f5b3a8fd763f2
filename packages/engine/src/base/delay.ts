import { durationIn } from './duration.js';

/** The longest that a job is put off, in seconds: 100 years. What is later is no date any more. */
export const MAX_DELAY = 100 * 365 * 24 * 3600;

/** A delay in whole seconds, rounded up, `MAX_DELAY` at most; `undefined` for anything but a number of 0 or more. */
export function wholeDelay(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined;
  return Math.min(Math.ceil(seconds), MAX_DELAY);
}

/** The same of a duration: how many whole seconds Redis gets; `undefined` for anything that is no duration. */
export function delayOf(duration: unknown): number | undefined {
  const milliseconds = durationIn(duration);
  return milliseconds === undefined ? undefined : wholeDelay(milliseconds / 1000);
}
