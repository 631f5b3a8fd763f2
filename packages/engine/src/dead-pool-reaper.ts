import { attemptText } from './attempt.js';
import { DEAD_AFTER, deadPools } from './dead-pools.js';
import { envelope, parseEntry, rewriteEntry } from './job-entry.js';
import { Loop } from './loop.js';
import { MOST_BYTES_TWICE } from './redis/batches.js';
import type { Keys } from './redis/keys.js';
import type { Raw } from './redis/raw.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Scripts } from './redis/scripts.js';
import type { PoolSighting, Reaping } from './redis/scripts/pool-scripts.js';
import { endsWithDeath, heldClaim, holdsClaim } from './unique-key.js';

export interface DeadPoolReaperOptions {
  /** Of the pool that reaps. */
  readonly poolId: string;
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** With how many deaths of its process a job is dead itself. */
  readonly maxDeaths: number;
  readonly onReaped: (pool: ReapedPool) => void;
  /** This process stood still for some seconds: others may have taken its pool for dead. */
  readonly onStandstill: () => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks; default 2500. */
  readonly interval?: number;
}

/** A dead pool whose jobs were taken from it. */
export interface ReapedPool {
  readonly poolId: string;
  /** Jobs that run again. */
  readonly requeued: number;
  /** Jobs that are dead, because too many processes have died under them. */
  readonly dead: number;
}

const DEFAULT_INTERVAL = 2_500;
// A look that takes longer than this shows that Redis stood still, and the heartbeats with it.
const SLOW = 2_000;
// Entries of one script call: a script blocks Redis for everybody.
const BATCH = { count: 500, bytes: MOST_BYTES_TWICE };

/**
 * Finds pools that have died, Go's among them, and puts the jobs that they were running back to the front of their
 * queues. A job under which one process after the other dies is moved to the dead jobs.
 *
 * Nobody is judged while Redis or this process may have stood still: within ten seconds of a (re-)connection, after
 * a slow look, or when the own beat is late.
 */
export class DeadPoolReaper {
  readonly #options: DeadPoolReaperOptions;
  readonly #interval: number;
  readonly #loop: Loop;
  /** On the clock of `performance.now`. */
  #patientUntil = Infinity;
  #lastRound = 0;

  constructor(options: DeadPoolReaperOptions) {
    this.#options = options;
    const { interval = DEFAULT_INTERVAL, onError } = options;
    this.#interval = interval;
    this.#loop = new Loop({
      round: () => this.#round(),
      afterError: interval,
      onError,
    });
  }

  start(): void {
    this.#lastRound = performance.now();
    this.bePatient();
    this.#loop.start();
  }

  /** Gives everybody the time to beat again, because Redis was out of reach. */
  bePatient(): void {
    this.#patientUntil = performance.now() + DEAD_AFTER * 1000;
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One round: takes the jobs of all pools that are dead. */
  async reap(): Promise<ReapedPool[]> {
    return this.#reap(0);
  }

  async #round(): Promise<number> {
    const now = performance.now();
    // This process stood still, and Redis may have, too.
    if (now - this.#lastRound > this.#interval * 2 + SLOW) {
      this.bePatient();
      this.#options.onStandstill();
    }
    this.#lastRound = now;
    if (now >= this.#patientUntil) await this.#reap(this.#interval * 0.75);
    return this.#interval * (0.75 + Math.random() / 2); // so that a fleet does not look in step
  }

  async #reap(turn: number): Promise<ReapedPool[]> {
    const { connection, scripts, poolId } = this.#options;
    await connection.ready();
    const before = performance.now();
    const look = await connection.call(scripts.pools.look(poolId, turn));
    if (performance.now() - before > SLOW) this.bePatient();
    if (!look || (turn > 0 && performance.now() < this.#patientUntil)) return [];
    const reaped: ReapedPool[] = [];
    for (const pool of deadPools(look, poolId)) {
      const result = await this.#reapPool(pool);
      if (result) reaped.push(result);
    }
    return reaped;
  }

  /** Only when all its jobs are taken the pool is taken off the books: after an error, a reaper finds it again. */
  async #reapPool({ id, jobNames = [] }: PoolSighting): Promise<ReapedPool | undefined> {
    const { connection, keys, scripts, onReaped } = this.#options;
    const known = await connection.redis.smembers(keys.knownJobs);
    let [requeued, dead] = [0, 0];
    for (const jobName of new Set([...jobNames, ...known])) {
      const taken = await this.#reapJobs(id, jobName);
      if (!taken) return undefined;
      requeued += taken.requeued;
      dead += taken.dead;
    }
    if (!(await connection.call(scripts.pools.bury(id, DEAD_AFTER)))) return undefined;
    const pool = { poolId: id, requeued, dead };
    onReaped(pool);
    return pool;
  }

  async #reapJobs(
    id: string,
    jobName: string,
  ): Promise<{ requeued: number; dead: number } | undefined> {
    const { connection, keys, scripts, maxDeaths } = this.#options;
    const limits = { deadAfter: DEAD_AFTER, maxDeaths };
    let [requeued, dead] = [0, 0];
    for (;;) {
      const { entries } = await connection.call(
        scripts.jobs.listPage(keys.inProgress(jobName, id), 0, BATCH),
      );
      const reapings = entries.map((raw) => this.#reaping(raw, jobName));
      const taken = await connection.call(scripts.pools.reap(id, jobName, reapings, limits));
      if (!taken) return undefined;
      requeued += taken.requeued;
      dead += taken.dead;
      if (taken.left === 0) return { requeued, dead };
    }
  }

  #reaping(raw: Raw, jobName: string): Reaping {
    const now = Math.floor(this.#options.now() / 1000);
    const reason = `its process died ${this.#options.maxDeaths} times while it ran`;
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
      // It will be found out when it is fetched.
      return {
        raw,
        jobId: undefined,
        deadEntry: envelope(raw, { jobName, reason, now }),
        attempt: '',
      };
    }
  }
}
