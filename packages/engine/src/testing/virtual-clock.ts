import type { Clock } from '../base/clock.js';

/**
 * A clock that stands still until a test moves it. Redis's scripts use its time, too. Give it to a pool, an enqueuer and a
 * client as their option `clock`.
 */
export class VirtualClock implements Clock {
  #now: number;

  /** @param now the initial time, rounded down to the second */
  constructor(now: Date) {
    // Jobs have whole seconds. A test that starts at one sees no rounding.
    this.#now = Math.floor(now.getTime() / 1000) * 1000;
  }

  /** Returns the milliseconds since the epoch. */
  now(): number {
    return this.#now;
  }

  /** Returns the time that scripts use, in milliseconds since the epoch. */
  scriptTime(): number {
    return this.#now;
  }

  /** Moves the clock forward. @param milliseconds the time since the epoch; an earlier time is ignored */
  moveTo(milliseconds: number): void {
    this.#now = Math.max(this.#now, milliseconds);
  }
}
