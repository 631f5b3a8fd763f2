import { Fleet } from '../stores/fleet.js';
import { unixSeconds, type Clock } from '../base/clock.js';
import { parseEntry, rewriteEntry } from '../job/job-entry.js';
import { MAX_BYTES_TWICE } from '../redis/batches.js';
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
}

const BATCH = { count: 500, bytes: MAX_BYTES_TWICE };

/**
 * Restores jobs that a Go pool has declared dead because it does not know their name. The requeuers of gocraft/work move all
 * due jobs, and move those that their own pool does not handle to the dead jobs. A job returns to its queue if any living
 * pool handles its name. Its failures stay counted.
 */
export class Rescuer {
  readonly #options: RescuerOptions;
  readonly #fleet: Fleet;

  constructor(options: RescuerOptions) {
    this.#options = options;
    this.#fleet = new Fleet(options);
  }

  /** Checks all dead jobs. Returns how many were restored. */
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
      const enqueuedAt = unixSeconds(this.#options.clock);
      const entry = rewriteEntry(raw, { enqueuedAt, ...(fails === 0 && { failure: null }) });
      return [{ raw, jobName: name, jobId: id, entry, uniqueKey: undefined }];
    } catch {
      return [];
    }
  }
}
