import { batches } from '../redis/batches.js';
import type { Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Report } from '../logging/report.js';
import type { Scripts } from '../scripts/scripts.js';

export interface LostJobsOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly report: Pick<Report, 'error'>;
}

/** A run of a job. */
export interface LostRun {
  readonly id: string;
  readonly raw: Raw;
}

// Jobs of one script call.
const BATCH = 500;

/**
 * Tracks jobs that were taken from the pool while they ran here. The reaper that took them counted a death of their process
 * for each. But the process lives, so the death is revoked, once for each run. Otherwise a few false alarms would kill a
 * long job.
 */
export class LostJobs {
  readonly #options: LostJobsOptions;
  /** The number of current runs of an entry whose death was revoked. A lost job may run here a second time. */
  readonly #forgiven = new Map<Raw, number>();

  constructor(options: LostJobsOptions) {
    this.#options = options;
  }

  /** Notes all current runs whose jobs no longer belong to this pool. */
  noticed(runs: readonly LostRun[]): void {
    const before = new Map(this.#forgiven);
    const fresh = runs.filter(({ raw }) => {
      const left = before.get(raw) ?? 0;
      before.set(raw, left - 1);
      return left <= 0;
    });
    for (const { raw } of fresh) this.#forgiven.set(raw, (this.#forgiven.get(raw) ?? 0) + 1);
    this.#forgive(fresh.map(({ id }) => id));
  }

  /** Notes the end of a run. `id` is `undefined` for an entry that is not a job. */
  ended(raw: Raw, id: string | undefined, owned: boolean): void {
    if (owned && this.#forgiven.size === 0) return;
    const forgiven = this.#forgiven.get(raw) ?? 0;
    if (forgiven > 1) this.#forgiven.set(raw, forgiven - 1);
    else this.#forgiven.delete(raw);
    if (!owned && forgiven === 0 && id !== undefined) this.#forgive([id]);
  }

  #forgive(ids: readonly string[]): void {
    const { connection, scripts, report } = this.#options;
    const calls = batches(ids, BATCH).map((batch) => scripts.pools.forgive(batch));
    connection.callAll(calls).catch((error: unknown) => report.error('lost_jobs.forgive', error));
  }
}
