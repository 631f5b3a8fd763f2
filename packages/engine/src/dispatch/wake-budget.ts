import { performance } from '../base/timers.js';

/** How many looks may find nothing. */
export interface WakeBudgetOptions {
  /** So many in a row are free. */
  readonly burst: number;
  /** So many more a second. */
  readonly perSecond: number;
}

/**
 * Bounds how often somebody who is woken looks and finds nothing. Some of that is normal: of many pools that are woken for one
 * job, one finds it. But a Redis that watches fewer keys than pools ask for, with a small tracking table, announces a key
 * whenever it forgets it; the look that follows has it forget another, and so on without end.
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
