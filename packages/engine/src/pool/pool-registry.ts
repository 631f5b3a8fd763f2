import { Loop } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Registered, Registration } from '../scripts/pool-scripts.js';
import { performance } from '../base/timers.js';

export interface PoolRegistryOptions {
  readonly poolId: string;
  /** What the pool is for. */
  readonly registration: Registration;
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  /** Beats once. */
  readonly beat: () => Promise<void>;
  /** Redis has lost what it knew of the pool, be it all its data, and knows it again. */
  readonly onLost: () => void;
  /** At start: the limit of a name was another before. */
  readonly onLimitChanged: (jobName: string, before: number, now: number) => void;
  readonly onError: (error: unknown) => void;
}

// A Redis that has lost its data may have no other way to tell.
const INTERVAL = 6_000;
// After a loss: until every other pool has made itself known again, too. In milliseconds.
const OTHERS_COME_BACK = 10_000;

/**
 * Has Redis know the pool: its heartbeat, the names of its jobs, and their limits. That is a state to be kept and no act
 * done once: a Redis that was flushed, restarted empty, or short of memory may forget any of it, and a reaper that took the
 * pool for dead takes it off the books.
 */
export class PoolRegistry {
  readonly #options: PoolRegistryOptions;
  readonly #loop: Loop;
  /** On the clock of `performance.now`. */
  #lostAt = -Infinity;
  /** Since when it was on the books when it looked last; `undefined` when it was not. */
  #startedAt: string | undefined;

  constructor(options: PoolRegistryOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: async () => {
        await this.restore();
        return INTERVAL * (0.75 + Math.random() / 2);
      },
      afterError: 1_000,
      onError: options.onError,
    });
  }

  /** Puts the pool on the books, with the limits that its code says. */
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

  /** Keeps the pool on the books. It must be registered. */
  start(): void {
    this.#loop.start();
  }

  /** Redis may have lost something: look now. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Makes known again what Redis has forgotten. A limit that somebody has changed meanwhile stays as it is. */
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

  /** Whether what Redis does not know never was: not shortly after it has lost something. */
  async isComplete(): Promise<boolean> {
    await this.restore();
    return performance.now() - this.#lostAt > OTHERS_COME_BACK;
  }

  async #write(overwrites: boolean): Promise<Registered> {
    const { connection, scripts, poolId, registration } = this.#options;
    await connection.ready();
    return connection.call(scripts.pools.register(poolId, registration, overwrites));
  }
}
