import { DEAD_AFTER } from '../stores/handled-names.js';

// A look that takes longer than this shows that Redis stood still, and the heartbeats with it. In milliseconds.
export const SLOW = 2_000;
// Redis tells whole seconds, and an answer may be on its way for two. In seconds.
const CLOCK_TOLERANCE = 3;

/**
 * Whether it is too early to judge other pools by their beats. Whenever beats may have been held up for a reason that is
 * not a death, everybody gets the whole time once more to beat again. All times are milliseconds of `performance.now`.
 */
export class Patience {
  #until = Infinity;
  /** What Redis's clock was ahead of this process's, in seconds. */
  #clockAhead: number | undefined;

  /** When it ends. */
  get until(): number {
    return this.#until;
  }

  /** Everybody gets the whole time from now. */
  renew(now = performance.now()): void {
    this.#until = now + DEAD_AFTER * 1000;
  }

  /**
   * Has seen Redis's time, in seconds. A look that took long, or a clock that was set, forwards or backwards, makes
   * beats look older or younger than they are.
   */
  see(redisNow: number, asked: number, answered: number): void {
    const ahead = redisNow - (asked + answered) / 2000;
    const jumped = Math.abs(ahead - (this.#clockAhead ?? ahead)) > CLOCK_TOLERANCE;
    if (jumped || this.#clockAhead === undefined) this.#clockAhead = ahead;
    if (jumped || answered - asked > SLOW) this.renew(answered);
  }
}
