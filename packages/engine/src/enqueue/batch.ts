import { enqueueError } from './enqueue-error.js';
import { EnqueueRejectedError } from '../errors/errors.js';
import { MAX_BYTES } from '../redis/batches.js';

/** The maximum number of jobs, and of their bytes, in one command. Redis needs about a millisecond for that many. */
export const BATCH_LIMITS = { count: 1_000, bytes: MAX_BYTES / 4 } as const;

/** The size that an item adds to a batch. */
export interface BatchSize {
  readonly jobs: number;
  /** An upper bound of the item's bytes. */
  readonly bytes: number;
}

/** How to send a batch. */
export interface BatchOptions<Item, Result> {
  /** Sends the command. Its result has an element for each item. @throws the errors of Redis and ioredis */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** The names of an item's jobs, one name for each job. */
  readonly namesOf: (item: Item) => readonly string[];
}

/** Items that one command sends. They succeed or fail together. */
export class Batch<Item, Result> {
  readonly #options: BatchOptions<Item, Result>;
  readonly #items: Item[] = [];
  readonly #waiters: Waiter<Result>[] = [];
  #jobs = 0;
  #bytes = 0;
  #closed = false;

  constructor(options: BatchOptions<Item, Result>) {
    this.#options = options;
  }

  /** An upper bound of the command's size in bytes. */
  get size(): number {
    return this.#bytes;
  }

  /** Returns whether an item of this size still fits. A sent batch accepts no more items. */
  hasRoomFor({ jobs, bytes }: BatchSize): boolean {
    if (this.#closed) return false;
    return this.#jobs + jobs <= BATCH_LIMITS.count && this.#bytes + bytes <= BATCH_LIMITS.bytes;
  }

  /**
   * Adds an item. Resolves to the item's part of the result once the batch was sent.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  add(item: Item, { jobs, bytes }: BatchSize): Promise<Result> {
    this.#jobs += jobs;
    this.#bytes += bytes;
    this.#items.push(item);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Sends the batch and settles its items. Never rejects: resolves to the error, or to `undefined`. */
  async send(): Promise<unknown> {
    this.#closed = true;
    try {
      const results = await this.#options.send(this.#items);
      this.#waiters.forEach(({ resolve }, index) => resolve(results[index] as Result));
      return undefined;
    } catch (error) {
      this.#fail((jobNames) => enqueueError(jobNames, error));
      return error;
    }
  }

  /** Fails all items, because `cause` keeps the batch from being sent. */
  refuse(cause: unknown): void {
    this.#closed = true;
    this.#fail((jobNames) => new EnqueueRejectedError(jobNames, cause));
  }

  #fail(errorFor: (jobNames: readonly string[]) => Error): void {
    const { namesOf } = this.#options;
    this.#waiters.forEach(({ reject }, index) =>
      reject(errorFor(namesOf(this.#items[index] as Item))),
    );
  }
}

interface Waiter<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}
