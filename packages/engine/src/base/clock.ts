import { performance } from './timers.js';

/**
 * Where the engine reads the time. Whatever is decided (what is due, who is dead) is decided in Redis by Redis's
 * own clock, so that a host with a wrong clock harms nobody; a test's clock replaces both.
 */
export interface Clock {
  /** Milliseconds since the epoch, for what is only shown: when a job was enqueued, when it failed. */
  now(): number;
  /** The time that scripts shall take, in milliseconds; `undefined` lets them ask Redis. */
  scriptTime(): number | undefined;
  /**
   * Milliseconds on a clock that nobody sets, for how long something took. Without it `now` tells that, too.
   */
  readonly elapsed?: (() => number) | undefined;
}

/** The host's clock for what is shown, Redis's clock for what is decided; the default. */
export const systemClock: Clock = {
  now: () => Date.now(),
  scriptTime: () => undefined,
  elapsed: () => performance.now(),
};

/** What durations are measured by, in milliseconds. */
export function stopwatchOf(clock: Clock): () => number {
  return () => clock.elapsed?.() ?? clock.now();
}

/** The clock's time in whole Unix seconds, as it stands in job entries. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
