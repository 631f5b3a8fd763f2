import { hostname } from 'node:os';
import { Loop } from './loop.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Keys } from './redis/keys.js';
import type { Scripts } from './redis/scripts.js';

export interface HeartbeaterOptions {
  readonly poolId: string;
  readonly workerIds: readonly string[];
  readonly jobNames: readonly string[];
  readonly concurrency: number;
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between beats; default 5000. A pool is dead for others when 10 s have passed without one. */
  readonly interval?: number;
}

const DEFAULT_INTERVAL = 5_000;

/** Tells the other pools, Go's among them, that this one is alive, in Redis's time. */
export class Heartbeater {
  readonly #options: HeartbeaterOptions;
  readonly #loop: Loop;

  constructor(options: HeartbeaterOptions) {
    this.#options = options;
    const { interval = DEFAULT_INTERVAL, onError } = options;
    this.#loop = new Loop({
      round: async () => {
        await this.beat();
        return interval;
      },
      afterError: Math.min(interval, 1_000),
      onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Stops beating. The heartbeat stays and ages, unless it is removed. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One beat; the first one registers the pool. */
  async beat(): Promise<void> {
    const { connection, scripts, poolId, workerIds, jobNames, concurrency } = this.#options;
    await connection.ready();
    await connection.call(
      scripts.beat(poolId, {
        job_names: [...jobNames].sort().join(','),
        concurrency,
        worker_ids: [...workerIds].sort().join(','),
        host: hostname(),
        pid: process.pid,
        // Not gocraft/work's: readers of its format pass over fields that they do not know.
        engine: 'nestcraft',
      }),
    );
  }

  /** Takes the pool off the books. Only for a pool that has nothing in progress: no reaper will look for it again. */
  async remove(): Promise<void> {
    const { connection, keys, poolId } = this.#options;
    await connection.ready();
    await connection.redis
      .multi()
      .srem(keys.workerPools, poolId)
      .del(keys.heartbeat(poolId))
      .exec();
  }
}
