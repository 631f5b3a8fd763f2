import { performance } from './timers.js';

/**
 * Where the engine reads the time. Decisions (which jobs are due, which pools are dead) are made in Redis by Redis's own
 * clock, so that a host with a wrong clock is safe; a test's clock replaces both.
 */
export interface Clock {
  /** Milliseconds since the epoch, for times that are only shown: when a job was enqueued, when it failed. */
  now(): number;
  /** The time for scripts, in milliseconds since the epoch; `undefined` has them ask Redis. */
  scriptTime(): number | undefined;
  /**
   * Milliseconds on a clock that nobody sets, for how long something took; default: `now`.
   */
  readonly elapsed?: (() => number) | undefined;
}

/** The default: the host's clock for times that are shown, Redis's for decisions. */
export const systemClock: Clock = {
  now: () => Date.now(),
  scriptTime: () => undefined,
  elapsed: () => performance.now(),
};

/** Measures durations, in milliseconds. */
export function stopwatchOf(clock: Clock): () => number {
  return () => clock.elapsed?.() ?? clock.now();
}

/** The clock's time in whole Unix seconds, as it stands in job entries. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
