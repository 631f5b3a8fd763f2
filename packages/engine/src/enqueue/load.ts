import { enqueueError } from './enqueue-error.js';
import { EnqueueRejectedError } from '../errors/errors.js';
import { MOST_BYTES } from '../redis/batches.js';

/** How many jobs, and how many bytes of them, go with one command: so many hold Redis up for about a millisecond. */
export const LOAD = { count: 1_000, bytes: MOST_BYTES / 4 } as const;

/** Of how much something is made up. */
export interface Measure {
  readonly jobs: number;
  /** At most. */
  readonly bytes: number;
}

/** How to send a load. */
export interface LoadOptions<Item, Result> {
  /** Sends the command: its result has an element for each item. @throws what Redis or ioredis say */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** The names of an item's jobs, a name a job. */
  readonly namesOf: (item: Item) => readonly string[];
}

/** What calls hand over to be sent with one command; they succeed or fail together. */
export class Load<Item, Result> {
  readonly #options: LoadOptions<Item, Result>;
  readonly #items: Item[] = [];
  /** Who waits for each item. */
  readonly #waiters: Waiter<Result>[] = [];
  #jobs = 0;
  #bytes = 0;
  #closed = false;

  constructor(options: LoadOptions<Item, Result>) {
    this.#options = options;
  }

  /** How many bytes it has at most. */
  get size(): number {
    return this.#bytes;
  }

  /** Whether so much more may go with it. */
  hasRoomFor({ jobs, bytes }: Measure): boolean {
    if (this.#closed) return false;
    return this.#jobs + jobs <= LOAD.count && this.#bytes + bytes <= LOAD.bytes;
  }

  /**
   * Resolves to the item's part of the result, once somebody has sent the load.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  add(item: Item, { jobs, bytes }: Measure): Promise<Result> {
    this.#jobs += jobs;
    this.#bytes += bytes;
    this.#items.push(item);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Sends it, and tells those who wait. Never rejects: resolves to what went wrong, if anything did. */
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

  /** It will not be sent, because of `cause`. */
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
