import type { Report } from '../logging/report.js';
import { Multiset } from '../base/multiset.js';
import { batches, batchesBySize } from '../redis/batches.js';
import { fingerprintOf } from '../scripts/fingerprint.js';
import type { Keys } from '../redis/keys.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { ScriptCall } from '../redis/script.js';
import type { Scripts } from '../scripts/scripts.js';
import type { EntrySighting, FingerprintPage } from '../scripts/running-scripts.js';
import type { HeldClaim } from '../job/held-claim.js';

export interface AuditorOptions {
  /** The pool's id. */
  readonly id: string;
  readonly jobNames: readonly string[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly report: Pick<Report, 'error'>;
  /** Runs `work` while nothing is being fetched or settled. */
  readonly between: (work: () => Promise<void>) => Promise<void>;
  /** The jobs that the pool runs. */
  readonly running: () => readonly AuditedJob[];
  /** The jobs that have ended but may still be in progress in Redis. */
  readonly unsettled: () => readonly KnownJob[];
  /** Called with the number of orphans that were put back. */
  readonly onOrphans: (count: number) => void;
  /** Called with jobs that the pool runs but no longer owns. */
  readonly onLost: (jobs: readonly KnownJob[]) => void;
}

/** A job that the pool runs or settles. */
export interface KnownJob {
  readonly jobName: string;
  readonly raw: Raw;
}

interface AuditedJob extends KnownJob {
  /** The claim of the job, if any. */
  readonly claim?: HeldClaim | undefined;
}

const NAMES_AT_ONCE = 100;
const BATCH = { count: 500, bytes: 1024 * 1024 };

/**
 * Compares the pool's jobs in progress in Redis with the jobs that it runs. A fetch with a lost reply leaves orphans: jobs in
 * progress that no worker runs, in a living pool, which no reaper checks. The auditor puts them back. A reaper that took the
 * pool for dead, because its process had stood still, took jobs that still run here. Those are lost. The auditor also
 * corrects the pool's share of the locks, and renews the claims of long-running jobs.
 *
 * It compares entries, not only their number, because a failover may have restored as many as it has lost.
 */
export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** Audits once. Returns how many orphans were put back. */
  async audit(): Promise<number> {
    const { connection, scripts, id, jobNames, between, onOrphans, onLost } = this.#options;
    if (jobNames.length === 0) return 0;
    await connection.ready();
    let count = 0;
    await between(async () => {
      const { orphans, lost, own } = await this.#compare();
      if (lost.length > 0) onLost(lost);
      for (const batch of batchesBySize(orphans, ({ size }) => size, BATCH)) {
        count += await this.#putBack(batch);
      }
      await connection.call(scripts.queues.rebuild(jobNames, { poolId: id }));
      await this.#renewClaims(own);
    });
    if (count > 0) onOrphans(count);
    return count;
  }

  /** Renews the claims of jobs that the pool still owns. A lost job may be done, and nothing would release its claim. */
  async #renewClaims(jobs: readonly AuditedJob[]): Promise<void> {
    const { connection, scripts } = this.#options;
    const held = jobs.flatMap(({ claim }) => claim ?? []);
    if (held.length > 0) await connection.call(scripts.running.renewClaims(held));
  }

  /** Compares the jobs. `orphans` are in progress but do not run, `lost` jobs run but are not in progress, `own` jobs do both. */
  async #compare(): Promise<{ orphans: Orphan[]; lost: AuditedJob[]; own: AuditedJob[] }> {
    const seen = await this.#inProgress();
    const running = this.#options.running();
    const known = new Multiset([...running, ...this.#options.unsettled()].map(keyOf));
    const there = new Multiset(seen.map(keyOfSeen));
    const own = new Set(running.filter((job) => there.take(keyOf(job))));
    return {
      orphans: seen.filter((sighting) => !known.take(keyOfSeen(sighting))),
      lost: running.filter((job) => !own.has(job)),
      own: [...own],
    };
  }

  async #inProgress(): Promise<Orphan[]> {
    const { connection, scripts, id, jobNames } = this.#options;
    const page = (jobName: string, from: number): ScriptCall<FingerprintPage> =>
      scripts.running.fingerprints(id, jobName, from);
    const seen: Orphan[] = [];
    for (const names of batches(jobNames, NAMES_AT_ONCE)) {
      const firsts = await connection.callAll(names.map((name) => page(name, 0)));
      for (const [index, first] of firsts.entries()) {
        const jobName = names[index] ?? '';
        let { total, sightings } = first;
        for (let from = 0; sightings.length > 0;) {
          seen.push(...sightings.map((sighting) => ({ jobName, ...sighting })));
          from += sightings.length;
          if (from >= total) break;
          ({ total, sightings } = await connection.call(page(jobName, from)));
        }
      }
    }
    return seen;
  }

  /** Puts orphans back, and returns how many. Those that have moved are left to the next audit. */
  async #putBack(orphans: readonly Orphan[]): Promise<number> {
    const { connection, keys, scripts, id, report } = this.#options;
    const entries = await Promise.all(
      orphans.map(({ jobName, place }) =>
        connection.redis.lindexBuffer(keys.inProgress(jobName, id), place),
      ),
    );
    const settlements = orphans.flatMap(({ jobName, fingerprint }, index) => {
      const bytes = entries[index];
      const isThere = bytes && fingerprintOf(bytes) === fingerprint;
      return isThere ? { jobName, raw: toRaw(bytes), move: { to: 'queue' as const } } : [];
    });
    if (settlements.length === 0) return 0;
    const { lost, refused, reason } = await connection.call(
      scripts.running.settle(id, settlements),
    );
    if (reason !== undefined) {
      report.error('auditor.audit', new Error(`Redis refuses to put back jobs: ${reason}`));
    }
    return settlements.length - refused.length - lost.length;
  }
}

/** An entry in progress that no worker runs. */
interface Orphan extends EntrySighting {
  readonly jobName: string;
}

function keyOf({ jobName, raw }: KnownJob): string {
  return keyOfSeen({ jobName, fingerprint: fingerprintOf(raw) });
}

function keyOfSeen({ jobName, fingerprint }: Pick<Orphan, 'jobName' | 'fingerprint'>): string {
  return `${jobName} ${fingerprint}`;
}
