import { performance } from '../base/timers.js';

/** The number of checks that may find nothing, at first and in the long run. */
export interface WakeBudgetOptions {
  /** The number of free checks in a row. */
  readonly burst: number;
  /** The number of further checks per second. */
  readonly perSecond: number;
}

/**
 * Limits how often a pool is woken and finds nothing. Some of that is normal, because only one of the pools that are woken
 * for a job gets it. But a Redis with a small tracking table announces each key that it stops watching. The next check makes
 * it drop another key, and so on without end.
 */
export class WakeBudget {
  readonly #options: WakeBudgetOptions;
  #left: number;
  #at = performance.now();

  constructor(options: WakeBudgetOptions) {
    this.#options = options;
    this.#left = options.burst;
  }

  /** Milliseconds until the next check; 0 means immediately. */
  get wait(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : ((1 - this.#left) / this.#options.perSecond) * 1000;
  }

  /** Notes that a check found something. The next checks are free again. */
  found(): void {
    this.#left = this.#options.burst;
  }

  /** Notes that a check found nothing. */
  foundNothing(): void {
    this.#refill();
    this.#left = Math.max(0, this.#left - 1);
  }

  #refill(): void {
    const { burst, perSecond } = this.#options;
    const now = performance.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
  }
}
