import { DEAD_AFTER } from '../stores/handled-names.js';

// In milliseconds. A look that takes longer shows that Redis stood still, and the heartbeats with it.
export const SLOW = 2_000;
// In seconds. Redis answers in whole seconds, and the answer may be on its way for two.
const CLOCK_TOLERANCE = 3;

/**
 * Until when it is too early to judge other pools by their beats. Whenever beats may have been delayed by anything but a
 * death, all pools get the whole time once more to beat again. All times are milliseconds of `performance.now`.
 */
export class Patience {
  #until = Infinity;
  /** By how many seconds Redis's clock was ahead of this process's. */
  #clockAhead: number | undefined;

  /** When the patience ends. */
  get until(): number {
    return this.#until;
  }

  /** All pools get the whole time from now. */
  renew(now = performance.now()): void {
    this.#until = now + DEAD_AFTER * 1000;
  }

  /**
   * Takes note of Redis's time, in seconds. A look that took long, or a clock that was set forwards or backwards, makes
   * beats look older or younger than they are.
   */
  see(redisNow: number, asked: number, answered: number): void {
    const ahead = redisNow - (asked + answered) / 2000;
    const jumped = Math.abs(ahead - (this.#clockAhead ?? ahead)) > CLOCK_TOLERANCE;
    if (jumped || this.#clockAhead === undefined) this.#clockAhead = ahead;
    if (jumped || answered - asked > SLOW) this.renew(answered);
  }
}
