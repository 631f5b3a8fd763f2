import { Fleet } from '../stores/fleet.js';
import type { Clock } from '../base/clock.js';
import { parseEntry, rewriteEntry } from '../job/job-entry.js';
import { Loop } from '../base/loop.js';
import { MOST_BYTES_TWICE } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import type { Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { RunNowParams } from '../scripts/job-scripts.js';
import { UNKNOWN_JOB } from './requeuer.js';

export interface RescuerOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly onRescued: (count: number) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks; default 30000. */
  readonly interval?: number;
}

const DEFAULT_INTERVAL = 30_000;
const AFTER_ERROR = 5_000;
const BATCH = { count: 500, bytes: MOST_BYTES_TWICE };

/**
 * Brings back jobs that a Go pool has declared dead because it does not know their name: gocraft/work's requeuers move
 * whatever is due, and take no job that their own pool does not handle. A job comes back if any living pool handles
 * its name; its failures stay counted.
 */
export class Rescuer {
  readonly #options: RescuerOptions;
  readonly #fleet: Fleet;
  readonly #loop: Loop;

  constructor(options: RescuerOptions) {
    this.#options = options;
    this.#fleet = new Fleet(options);
    const { interval = DEFAULT_INTERVAL, onError } = options;
    this.#loop = new Loop({
      round: async () => {
        await this.rescue();
        return interval * (0.75 + Math.random() / 2);
      },
      afterError: AFTER_ERROR,
      onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One look at all dead jobs. Returns how many were brought back. */
  async rescue(): Promise<number> {
    const { connection, keys, scripts, onRescued } = this.#options;
    const pools = await this.#fleet.heartbeats();
    const handled = new Set(pools.flatMap(({ jobNames }) => jobNames));
    let rescued = 0;
    for (let kept = 0; ;) {
      const page = await connection.call(scripts.jobs.setPage(keys.dead, kept, BATCH));
      const lost = page.entries.flatMap((raw) => this.#rescues(raw, handled));
      const results =
        lost.length > 0 ? await connection.call(scripts.jobs.runNow('dead', lost)) : [];
      const moved = results.filter((status) => status === 'enqueued').length;
      rescued += moved;
      kept += page.entries.length - moved;
      if (page.next === undefined) break;
    }
    if (rescued > 0) onRescued(rescued);
    return rescued;
  }

  #rescues(raw: Raw, handled: ReadonlySet<string>): RunNowParams[] {
    try {
      const { name, id, fails, lastError } = parseEntry(raw);
      if (lastError !== UNKNOWN_JOB || !handled.has(name)) return [];
      const enqueuedAt = Math.floor(this.#options.clock.now() / 1000);
      const entry = rewriteEntry(raw, { enqueuedAt, ...(fails === 0 && { failure: null }) });
      return [{ raw, jobName: name, jobId: id, entry, uniqueKey: undefined }];
    } catch {
      return [];
    }
  }
}
