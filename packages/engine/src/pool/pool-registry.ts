import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Registered, Registration } from '../scripts/pool-scripts.js';
import { performance } from '../base/timers.js';

export interface PoolRegistryOptions {
  /** The pool's. */
  readonly id: string;
  /** The pool's job names and their limits. */
  readonly registration: Registration;
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  /** Beats once. */
  readonly beat: () => Promise<void>;
  /** Redis had lost the registration, maybe with all its data, and has it again. */
  readonly onLost: () => void;
  /** At start: the limit of a name was another before. */
  readonly onLimitChanged: (jobName: string, before: number, now: number) => void;
}

// In milliseconds after a loss: by then every other pool has made itself known again, too.
const OTHERS_COME_BACK = 10_000;

/**
 * Registers the pool in Redis: its heartbeat, the names of its jobs, and their limits. A registration has to be kept up: a
 * Redis that was flushed, restarted empty, or short of memory may forget any part of it, and a reaper that took the pool for
 * dead unregisters it.
 */
export class PoolRegistry {
  readonly #options: PoolRegistryOptions;
  /** On the clock of `performance.now`. */
  #lostAt = -Infinity;
  /** Since when the pool was registered, at the last look; `undefined` if it was not. */
  #startedAt: string | undefined;

  constructor(options: PoolRegistryOptions) {
    this.#options = options;
  }

  /** Registers the pool, with the limits that its code says. */
  async register(): Promise<void> {
    const { beat, registration, onLimitChanged } = this.#options;
    await beat();
    const { before, startedAt } = await this.#write(true);
    this.#startedAt = startedAt;
    for (const [jobName, limit] of registration.limits) {
      const was = before.get(jobName);
      if (was !== undefined && was !== limit) onLimitChanged(jobName, was, limit);
    }
  }

  /** Registers again what Redis has forgotten. A limit that somebody has changed meanwhile stays as it is. */
  async restore(): Promise<void> {
    const { startedAt, missing } = await this.#write(false);
    const before = this.#startedAt;
    this.#startedAt = startedAt;
    // A beat may have brought it back since.
    const wasOff = startedAt === undefined || (before !== undefined && before !== startedAt);
    if (!wasOff && missing === 0) return;
    this.#lostAt = performance.now();
    if (startedAt === undefined) await this.#options.beat();
    this.#options.onLost();
  }

  /** Whether Redis knows every name that any pool has registered: not shortly after it has lost something. */
  async isComplete(): Promise<boolean> {
    await this.restore();
    return performance.now() - this.#lostAt > OTHERS_COME_BACK;
  }

  async #write(overwrites: boolean): Promise<Registered> {
    const { connection, scripts, id, registration } = this.#options;
    await connection.ready();
    return connection.call(scripts.pools.register(id, registration, overwrites));
  }
}
