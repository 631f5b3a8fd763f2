import { enqueueError } from './enqueue-error.js';
import type { Carrier } from './redis/scripts/enqueuing-scripts.js';

/** Entries of one call, which succeed or fail together. */
interface Parcel {
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How many entries go with one command: an LPUSH of so many holds Redis up for about a millisecond. */
export const MAX_ENTRIES = 1_000;

/** What goes into one queue with one command, for several calls. */
export class Delivery {
  /** In the order in which they shall stand in the queue. */
  readonly entries: string[] = [];
  readonly carriers: Carrier[] = [];
  readonly #parcels: Parcel[] = [];

  constructor(readonly jobName: string) {}

  hasRoomFor(entries: readonly string[]): boolean {
    return this.entries.length + entries.length <= MAX_ENTRIES;
  }

  /**
   * Resolves when the delivery succeeds.
   *
   * @throws EnqueueRejectedError, EnqueueUnknownError when it fails
   */
  add(entries: readonly string[], carriers: readonly Carrier[]): Promise<void> {
    this.entries.push(...entries);
    this.carriers.push(...carriers);
    return new Promise((resolve, reject) => {
      this.#parcels.push({ size: entries.length, resolve, reject });
    });
  }

  succeed(): void {
    for (const { resolve } of this.#parcels) resolve();
  }

  fail(cause: unknown): void {
    for (const { size, reject } of this.#parcels) {
      reject(enqueueError(Array<string>(size).fill(this.jobName), cause));
    }
  }
}
