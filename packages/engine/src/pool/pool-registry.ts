import { NewerFormatError } from '../errors/errors.js';
import { FORMAT, formatIn } from '../redis/format.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Registered, Registration } from '../scripts/pool-scripts.js';
import { performance } from '../base/timers.js';

export interface PoolRegistryOptions {
  /** The pool's id. */
  readonly id: string;
  /** The pool's job names and their limits. */
  readonly registration: Registration;
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  /** Sends one heartbeat. */
  readonly beat: () => Promise<void>;
  /** Called after a lost registration, perhaps lost with all data, was restored. */
  readonly onLost: () => void;
  /** Called after a newer version has written data that this pool must not touch. */
  readonly onOutdated: (error: NewerFormatError) => void;
  /** Called at start when the pool replaces the limit of a name. */
  readonly onLimitChanged: (jobName: string, before: number, now: number) => void;
}

// Milliseconds after a loss. By then, every other pool has registered again, too.
const OTHERS_COME_BACK = 10_000;

/**
 * Registers the pool in Redis: its heartbeat, its job names, and their limits. The registration needs upkeep. A Redis that
 * was flushed, restarted empty, or ran short of memory may lose any part of it, and a reaper that took the pool for dead
 * unregisters it.
 */
export class PoolRegistry {
  readonly #options: PoolRegistryOptions;
  /** The time of the last loss, on the clock of `performance.now`. */
  #lostAt = -Infinity;
  /** The start of the registration, as last read from Redis; `undefined` if the pool was not registered. */
  #startedAt: string | undefined;

  constructor(options: PoolRegistryOptions) {
    this.#options = options;
  }

  /** Registers the pool with the limits from its code. @throws NewerFormatError before it has written anything */
  async register(): Promise<void> {
    const { beat, registration, onLimitChanged } = this.#options;
    await this.#assertFormat();
    await beat();
    const { before, startedAt } = await this.#write(true);
    this.#startedAt = startedAt;
    for (const [jobName, limit] of registration.limits) {
      const was = before.get(jobName);
      if (was !== undefined && was !== limit) onLimitChanged(jobName, was, limit);
    }
  }

  /** Restores the lost parts of the registration. A limit that was changed in the meantime stays as it is. */
  async restore(): Promise<void> {
    try {
      await this.#restore();
    } catch (error) {
      if (!(error instanceof NewerFormatError)) throw error;
      this.#options.onOutdated(error);
    }
  }

  /** Returns whether Redis has the names of all pools. Shortly after a loss, some may still be missing. */
  async isComplete(): Promise<boolean> {
    await this.restore();
    return performance.now() - this.#lostAt > OTHERS_COME_BACK;
  }

  async #restore(): Promise<void> {
    const { startedAt, missing } = await this.#write(false);
    const before = this.#startedAt;
    this.#startedAt = startedAt;
    // A beat may have restored it since.
    const wasOff = startedAt === undefined || (before !== undefined && before !== startedAt);
    if (!wasOff && missing === 0) return;
    this.#lostAt = performance.now();
    if (startedAt === undefined) await this.#options.beat();
    this.#options.onLost();
  }

  async #assertFormat(): Promise<void> {
    const { connection, keys } = this.#options;
    await connection.ready();
    const format = formatIn(await connection.redis.get(keys.format));
    if (format !== undefined && format > FORMAT) throw new NewerFormatError(format, FORMAT);
  }

  async #write(overwrites: boolean): Promise<Registered> {
    const { connection, scripts, id, registration } = this.#options;
    await connection.ready();
    return connection.call(scripts.pools.register(id, registration, overwrites));
  }
}
