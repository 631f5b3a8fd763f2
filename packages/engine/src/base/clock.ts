import { performance } from './timers.js';

/**
 * The engine's source of time. Redis decides by its own clock which jobs are due and which pools are dead, so a host
 * with a wrong clock is safe. A test's clock replaces both.
 */
export interface Clock {
  /** Milliseconds since the epoch, for times that are only displayed, such as when a job was enqueued or failed. */
  now(): number;
  /** The time that scripts use, in milliseconds since the epoch; `undefined` makes them read Redis's clock. */
  scriptTime(): number | undefined;
  /** Milliseconds on a monotonic clock, for measuring durations; default: `now`. */
  readonly elapsed?: (() => number) | undefined;
}

/** The default: the host's clock for displayed times, Redis's clock for decisions. */
export const systemClock: Clock = {
  now: () => Date.now(),
  scriptTime: () => undefined,
  elapsed: () => performance.now(),
};

/** Returns a stopwatch that measures durations in milliseconds. */
export function stopwatchOf(clock: Clock): () => number {
  return () => clock.elapsed?.() ?? clock.now();
}

/** Returns the clock's time in whole Unix seconds, the unit of job entries. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
