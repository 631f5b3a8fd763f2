import { parseCarriers, type Carriers } from './propagator.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

export interface CarrierReaderOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly onError: (error: unknown) => void;
}

const NOTHING: Carriers = {};

/**
 * Reads the carriers of jobs. All jobs that start in one turn of the event loop share a round trip. A job with unreadable
 * carriers runs without them.
 */
export class CarrierReader {
  readonly #options: CarrierReaderOptions;
  #asked = new Map<string, ((carriers: Carriers) => void)[]>();

  constructor(options: CarrierReaderOptions) {
    this.#options = options;
  }

  /** Reads the carriers of a job. Never rejects. */
  read(jobId: string): Promise<Carriers> {
    return new Promise((resolve) => {
      // Not queueMicrotask, because fake timers hold it back.
      if (this.#asked.size === 0) void Promise.resolve().then(() => this.#answer());
      const others = this.#asked.get(jobId);
      if (others) others.push(resolve);
      else this.#asked.set(jobId, [resolve]);
    });
  }

  async #answer(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    const texts = await this.#texts([...asked.keys()]);
    let index = 0;
    for (const resolves of asked.values()) {
      const text = texts[index++];
      const carriers = text ? parseCarriers(text) : NOTHING;
      for (const resolve of resolves) resolve(carriers);
    }
  }

  async #texts(jobIds: readonly string[]): Promise<(string | null)[]> {
    const { connection, keys, onError } = this.#options;
    if (!connection.isUp) return [];
    try {
      return await connection.redis.mget(jobIds.map((jobId) => keys.carrier(jobId)));
    } catch (error) {
      onError(error);
      return [];
    }
  }
}
