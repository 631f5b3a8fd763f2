import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { redisFault } from '../redis/redis-fault.js';
import type { Workers } from '../run/workers.js';

export interface DrainOptions {
  readonly jobNames: readonly string[];
  readonly keys: Keys;
  readonly connection: RedisConnection;
  readonly dispatcher: Pick<Dispatcher, 'look' | 'between' | 'unsettled'>;
  readonly workers: Pick<Workers<unknown>, 'busy' | 'prefetched'>;
}

/** Waits until no job waits in the pool's queues and none runs here. Any number of callers may wait at the same time. */
export class Drain {
  readonly #options: DrainOptions;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Resolves when the queues are empty and no job runs, or when the pool stops. @throws Redis's error if it refuses to answer */
  async finished(): Promise<void> {
    while (!this.#ended) {
      await this.#nextDry();
      if (await this.#isEmpty()) return;
    }
  }

  /** Notes that a fetch found nothing to run. */
  dry(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Ends all waits because the pool stops. */
  end(): void {
    this.#ended = true;
    this.dry();
  }

  #nextDry(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#options.dispatcher.look();
    });
  }

  /** Checks between two rounds, because a round in flight may return the last jobs. */
  async #isEmpty(): Promise<boolean> {
    let isEmpty = false;
    await this.#options.dispatcher.between(async () => {
      isEmpty = this.#isIdle() && (await this.#isDrained());
    });
    return isEmpty;
  }

  /** Returns whether no job runs, is prefetched, or is unsettled. Settling a job may put it back into a queue. */
  #isIdle(): boolean {
    const { workers, dispatcher } = this.#options;
    return (
      workers.busy === 0 && workers.prefetched.length === 0 && dispatcher.unsettled.length === 0
    );
  }

  async #isDrained(): Promise<boolean> {
    if (!this.#options.connection.isUp) return false;
    try {
      return (await this.#waitingQueues()) === 0;
    } catch (error) {
      if (redisFault(error).code === 'CONNECTION') return false; // The check is repeated later.
      throw error;
    }
  }

  /** Returns the number of queues that have jobs and are not paused. */
  async #waitingQueues(): Promise<number> {
    const { connection, keys, jobNames } = this.#options;
    const pipeline = connection.redis.pipeline();
    for (const name of jobNames) pipeline.llen(keys.queue(name)).exists(keys.paused(name));
    const replies = (await pipeline.exec()) ?? [];
    return jobNames.filter((_, index) => {
      const [error, length] = replies[2 * index] ?? [];
      if (error) throw error;
      return length !== 0 && replies[2 * index + 1]?.[1] !== 1;
    }).length;
  }
}
