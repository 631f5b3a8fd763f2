import { setImmediate } from '../base/timers.js';

/** The work that an enqueuer waits for when it closes. */
export class PendingWork {
  readonly #pending = new Set<Promise<unknown>>();

  /** Tracks work. Settles as the work does. */
  async track<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    try {
      return await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  /** Resolves when all work has ended and its continuations have run. */
  async ended(): Promise<void> {
    while (this.#pending.size > 0) {
      await Promise.allSettled(this.#pending);
      await new Promise(setImmediate);
    }
  }
}
