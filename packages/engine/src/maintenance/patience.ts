import { DEAD_AFTER } from '../stores/handled-names.js';

// In milliseconds. A longer check shows that Redis stood still, and with it the heartbeats.
export const SLOW = 2_000;
// In seconds. Redis answers in whole seconds, and the reply may take two.
const CLOCK_TOLERANCE = 3;

/**
 * Tracks until when it is too early to judge other pools by their beats. Whenever anything but a death may have delayed
 * beats, all pools get the full time again. All times are milliseconds of `performance.now`.
 */
export class Patience {
  #until = Infinity;
  /** The seconds by which Redis's clock was ahead of this process's. */
  #clockAhead: number | undefined;

  /** The end of the patience. */
  get until(): number {
    return this.#until;
  }

  /** Gives all pools the full time from now. */
  renew(now = performance.now()): void {
    this.#until = now + DEAD_AFTER * 1000;
  }

  /**
   * Notes Redis's time, in seconds. After a slow check, or if the clock was set forwards or backwards, beats appear older or
   * younger than they are.
   */
  see(redisNow: number, asked: number, answered: number): void {
    const ahead = redisNow - (asked + answered) / 2000;
    const jumped = Math.abs(ahead - (this.#clockAhead ?? ahead)) > CLOCK_TOLERANCE;
    if (jumped || this.#clockAhead === undefined) this.#clockAhead = ahead;
    if (jumped || answered - asked > SLOW) this.renew(answered);
  }
}
