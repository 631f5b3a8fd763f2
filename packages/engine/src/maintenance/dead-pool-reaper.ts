import { attemptText } from '../job/attempt.js';
import { BeatWatch } from './beat-watch.js';
import { deadPools, isOwnLate } from './dead-pools.js';
import { FirstError } from '../redis/first-error.js';
import { envelope, parseEntry, rewriteEntry } from '../job/job-entry.js';
import { unixSeconds, type Clock } from '../base/clock.js';
import { jittered, type Paced } from '../base/loop.js';
import { Patience, SLOW } from './patience.js';
import { batches, MAX_BYTES_TWICE } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import type { Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Look, PoolSighting, ReapParams } from '../scripts/pool-scripts.js';
import { endsWithDeath, heldClaim, holdsClaim } from '../job/unique-key.js';

export interface DeadPoolReaperOptions {
  /** The id of the pool that reaps. */
  readonly id: string;
  readonly settings: {
    /** The number of process deaths after which a job is dead itself. */
    readonly maxDeaths: number;
    /** `reap`: milliseconds between two checks. */
    readonly timing: { readonly reap: number };
  };
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly onReaped: (pool: ReapedPool) => void;
  /** Called after this process stood still for some seconds and others may have taken its pool for dead. */
  readonly onStandstill: () => void;
}

/** A dead pool whose jobs were taken over. */
export interface ReapedPool {
  readonly poolId: string;
  /** The number of jobs that run again. */
  readonly requeued: number;
  /** The number of jobs that are dead, because too many processes have died while running them. */
  readonly dead: number;
}

// In milliseconds.
const MIN_TURN = 1;
// One script call takes Redis some milliseconds.
const NAMES_AT_ONCE = 1_000;
// The entries of one script call. A script blocks Redis for all clients.
const BATCH = { count: 500, bytes: MAX_BYTES_TWICE };

/**
 * Finds dead pools, including Go's, and puts the jobs that they were running back to the front of their queues. A job that
 * has killed several processes becomes a dead job.
 *
 * The reaper is patient, and judges no pool, while Redis or this process may have stood still, or Redis's clock may have been
 * set. Its patience lasts for ten seconds after a (re-)connection, a failed or late check or beat of its own, a slow check, a
 * standstill of the process, or a jump of Redis's clock. It continues its checks in that time, to detect the next such event.
 */
export class DeadPoolReaper implements Paced {
  readonly #options: DeadPoolReaperOptions;
  readonly #interval: number;
  readonly #pause: () => number;
  readonly #patience = new Patience();
  readonly #beats = new BeatWatch();
  /** The time of the last tick, on the clock of `performance.now`; `undefined` before the first. */
  #lastTick: number | undefined;

  constructor(options: DeadPoolReaperOptions) {
    this.#options = options;
    this.#interval = options.settings.timing.reap;
    this.#pause = jittered(this.#interval);
  }

  /** Gives all pools time to beat again, because Redis was unreachable or has refused a beat. */
  bePatient(): void {
    this.#patience.renew();
  }

  /** Takes the jobs of all dead pools, without patience. */
  async reap(): Promise<ReapedPool[]> {
    return this.#reapAll(this.#judge(await this.#look(0)));
  }

  /** Checks once, and then reaps unless it is patient. */
  async tick(): Promise<number> {
    this.#noticeStandstill(performance.now());
    // A reaper that will judge no pool takes no turn from those that may.
    const turn = this.#isPatient() ? MIN_TURN : this.#interval * 0.75;
    const dead = this.#judge(await this.#look(turn));
    if (!this.#isPatient()) await this.#reapAll(dead);
    return this.#wait();
  }

  #noticeStandstill(now: number): void {
    const last = this.#lastTick;
    this.#lastTick = now;
    if (last === undefined) {
      this.bePatient();
    } else if (now - last > this.#interval * 2 + SLOW) {
      this.bePatient(); // This process stood still, and so may Redis.
      this.#options.onStandstill();
    }
  }

  #isPatient(): boolean {
    return performance.now() < this.#patience.until;
  }

  /** Returns the milliseconds until the next check: out of step with other reapers, and no later than the end of patience. */
  #wait(): number {
    const patientFor = this.#patience.until - performance.now();
    const wait = this.#pause();
    return patientFor > 0 ? Math.min(wait, patientFor) : wait;
  }

  async #look(turn: number): Promise<Look> {
    const { connection, scripts, id } = this.#options;
    try {
      await connection.ready();
      const asked = performance.now();
      const look = await connection.call(scripts.pools.look(id, turn));
      this.#patience.see(look.now, asked, performance.now());
      return look;
    } catch (error) {
      this.bePatient(); // The beats of others may fail for the same reason.
      throw error;
    }
  }

  #judge({ now, pools }: Look): PoolSighting[] {
    const { id } = this.#options;
    if (!pools) return [];
    const at = performance.now();
    this.#beats.see(pools, at);
    if (isOwnLate({ now, pools }, id)) {
      this.bePatient();
      return [];
    }
    return deadPools({ now, pools, stillFor: (pool) => this.#beats.stillFor(pool, at) }, id);
  }

  /** Reaps all pools, even if one of them cannot be reaped. @throws the first error */
  async #reapAll(pools: readonly PoolSighting[]): Promise<ReapedPool[]> {
    const reaped: ReapedPool[] = [];
    const failed = new FirstError();
    for (const pool of pools) {
      const result = await failed.noteOf(() => this.#reapPool(pool));
      if (result) reaped.push(result);
    }
    failed.throw();
    return reaped;
  }

  /** Reaps a pool. Unregisters it only after taking all its jobs, so that a reaper finds it again after an error. */
  async #reapPool(pool: PoolSighting): Promise<ReapedPool | undefined> {
    const { connection, scripts, onReaped } = this.#options;
    let [requeued, dead] = [0, 0];
    const failed = new FirstError();
    for await (const jobName of this.#namesOf(pool)) {
      const taken = await failed.noteOf(() => this.#reapJobs(pool, jobName));
      if (taken === 'alive') return undefined;
      requeued += taken?.requeued ?? 0;
      dead += taken?.dead ?? 0;
    }
    failed.throw();
    if (!(await connection.call(scripts.pools.unregister(pool)))) return undefined;
    const reaped = { poolId: pool.id, requeued, dead };
    onReaped(reaped);
    return reaped;
  }

  /** Yields the names in which the pool has jobs in progress, among those of its heartbeat and all known names. */
  async *#namesOf({ id, jobNames = [] }: PoolSighting): AsyncGenerator<string> {
    const { connection, keys, scripts } = this.#options;
    for (const names of batches(jobNames, NAMES_AT_ONCE)) {
      yield* await connection.call(scripts.pools.occupied(id, names));
    }
    let cursor = '0';
    do {
      const [next, names] = await connection.redis.sscan(
        keys.knownJobs,
        cursor,
        'COUNT',
        NAMES_AT_ONCE,
      );
      cursor = next;
      if (names.length > 0) yield* await connection.call(scripts.pools.occupied(id, names));
    } while (cursor !== '0');
  }

  async #reapJobs(
    pool: PoolSighting,
    jobName: string,
  ): Promise<{ requeued: number; dead: number } | 'alive'> {
    const { connection, keys, scripts, settings } = this.#options;
    let [requeued, dead] = [0, 0];
    for (;;) {
      const { entries } = await connection.call(
        scripts.jobs.listPage(keys.inProgress(jobName, pool.id), 0, BATCH),
      );
      const params = entries.map((raw) => this.#reapParams(raw, jobName));
      const taken = await connection.call(scripts.pools.reap(pool, jobName, params, settings));
      if (!taken) return 'alive';
      requeued += taken.requeued;
      dead += taken.dead;
      if (taken.left === 0) return { requeued, dead };
    }
  }

  #reapParams(raw: Raw, jobName: string): ReapParams {
    const now = unixSeconds(this.#options.clock);
    const reason = `its process died ${this.#options.settings.maxDeaths} times while it ran`;
    try {
      const entry = parseEntry(raw);
      const { id, fails } = entry;
      const failure = { fails: fails + 1, error: reason, at: now };
      const died = { fails, error: 'its process died while it ran', at: now };
      const ends = holdsClaim(entry) && endsWithDeath(entry, entry.claim === 'kept');
      const claim = ends ? heldClaim(this.#options.keys, entry) : undefined;
      return {
        ...{ raw, jobId: id, claim },
        deadEntry: rewriteEntry(raw, { failure, claim: claim && null }),
        attempt: attemptText(died, undefined),
      };
    } catch {
      // The fetch will detect the invalid entry.
      return {
        raw,
        jobId: undefined,
        deadEntry: envelope(raw, { jobName, reason, now }),
        attempt: '',
      };
    }
  }
}
