/** The longest that a job is put off, in seconds: 100 years. What is later is no date any more. */
export const MAX_DELAY = 100 * 365 * 24 * 3600;

/** A delay in whole seconds, rounded up, `MAX_DELAY` at most; `undefined` for what is no number of 0 or more. */
export function wholeDelay(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return undefined;
  return Math.min(Math.ceil(seconds), MAX_DELAY);
}
