import { performance } from '../base/timers.js';

/** How many looks may find nothing, at first and in the long run. */
export interface WakeBudgetOptions {
  /** How many in a row are free. */
  readonly burst: number;
  /** How many more a second are allowed. */
  readonly perSecond: number;
}

/**
 * Bounds how often a pool is woken, looks and finds nothing. Some of that is normal: one of many pools that are woken for a
 * job gets it. But a Redis with a small tracking table announces each key that it stops watching. The look that follows
 * makes it drop another key, and so on without end.
 */
export class WakeBudget {
  readonly #options: WakeBudgetOptions;
  #left: number;
  #at = performance.now();

  constructor(options: WakeBudgetOptions) {
    this.#options = options;
    this.#left = options.burst;
  }

  /** Milliseconds until the next look; 0 for at once. */
  get wait(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : ((1 - this.#left) / this.#options.perSecond) * 1000;
  }

  /** A look has found something: the next ones are free again. */
  found(): void {
    this.#left = this.#options.burst;
  }

  /** A look has found nothing. */
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
