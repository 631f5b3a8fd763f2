import { envelope, parseEntry, rewriteEntry, type JobEntry } from '../job/job-entry.js';
import { unixSeconds, type Clock } from '../base/clock.js';
import type { Paced } from '../base/loop.js';
import type { Report } from '../logging/report.js';
import { firingOf } from '../job/firing-id.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { resultOf } from '../redis/reply.js';
import { textOf, type Raw } from '../redis/raw.js';
import type { Scripts } from '../scripts/scripts.js';
import type { DueJobs, RequeueParams, RequeueResult } from '../scripts/timed-scripts.js';
import { endsWithDeath, ownsClaim } from '../job/unique-key.js';
import { WakeBudget } from '../dispatch/wake-budget.js';

export interface RequeuerOptions {
  /** The set from which it moves jobs: retries or scheduled jobs. */
  readonly set: 'retry' | 'scheduled';
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly clock: Clock;
  /** The names that the pool handles, which count as known even if Redis does not have them. Default none. */
  readonly ownNames?: ReadonlySet<string>;
  /** Whether a name that Redis does not have is really unknown, and was not lost a moment ago; default yes. */
  readonly knowsNames?: () => Promise<boolean>;
  /** Whether the waker receives changes of the set. */
  readonly isWatching: () => boolean;
  readonly report: Pick<Report, 'error'>;
}

/** The result of a round. */
export type Moved = Omit<RequeueResult, 'unknown' | 'broken'>;

// gocraft/work's tick. With a waker, the requeuer's own checks are only a safeguard.
const TICK = 1_000;
const SAFETY_POLL = 15_000;
// When many jobs fail, many changes arrive, mostly for run times in the future. So a check that found nothing is followed by
// a longer wait than one that found something, such as immediate retries.
const SPACING = { found: 10, nothing: 100 };
const FRUITLESS_LOOKS = { burst: 10, perSecond: 2 };
// The script takes Redis about a millisecond, or two if the entries hold failures.
const BATCH = { count: 250 };
// gocraft/work's wording, by which its tools recognise such jobs.
export const UNKNOWN_JOB = 'unknown job when requeueing';
const NOTHING: RequeueResult = { requeued: 0, dead: 0, dropped: 0, broken: [], unknown: [] };

/**
 * Moves due jobs to their queues. It reads the due entries, rewrites them here, where numbers keep their digits, and moves
 * each one only if it still exists. So each job is moved once, however many requeuers run, including Go's.
 */
export class Requeuer implements Paced {
  readonly #options: RequeuerOptions;
  readonly #budget = new WakeBudget(FRUITLESS_LOOKS);
  #spacing = SPACING.nothing;

  constructor(options: RequeuerOptions) {
    this.#options = options;
  }

  get spacing(): number {
    return this.#spacing;
  }

  async tick(signal: AbortSignal): Promise<number> {
    const { requeued, dead, dropped, nextIn = Infinity } = await this.requeueDue(signal);
    this.#space(requeued + dead + dropped > 0, nextIn);
    return Math.min(nextIn, this.#options.isWatching() ? SAFETY_POLL : TICK);
  }

  /**
   * Moves all due jobs, in parts, until the signal aborts. Returns how many were moved, and the milliseconds until the next
   * one is due.
   */
  async requeueDue(signal?: AbortSignal): Promise<Moved & { readonly nextIn: number | undefined }> {
    const { connection, scripts, set, isWatching } = this.#options;
    await connection.ready();
    let [requeued, dead, dropped] = [0, 0, 0];
    let unknown: ReadonlySet<string> = new Set();
    let watched = false;
    let due = await connection.call(scripts.timed.due(set, BATCH, watched));
    while (!signal?.aborted && (due.entries.length > 0 || (isWatching() && !watched))) {
      // The moves of this round would only wake it again, so it watches when it expects to find no more.
      watched = isWatching() && !due.areMore;
      const [moved, next] = await this.#move(due, unknown, watched);
      requeued += moved.requeued;
      dead += moved.dead;
      dropped += moved.dropped;
      this.#reportBroken(moved.broken);
      // Only the names of the jobs that this move has left, because a name may become known at any time.
      unknown = new Set(moved.unknown);
      due = next;
      // The remaining jobs wait for their pool, which registers its names again.
      if (unknown.size > 0 && (await this.#options.knowsNames?.()) === false) {
        return { requeued, dead, dropped, nextIn: TICK };
      }
    }
    return { requeued, dead, dropped, nextIn: due.nextIn };
  }

  #reportBroken(broken: readonly string[]): void {
    if (broken.length === 0) return;
    const keys = broken.map((name) => `jobs:${name}`).join(', ');
    this.#options.report.error(
      'requeuer.requeue_due',
      new Error(
        `Due jobs cannot move to their queues because these keys are of the wrong type: ${keys}. They are retried in a minute. Remove these keys`,
      ),
    );
  }

  #space(hasFound: boolean, nextIn: number): void {
    if (hasFound) this.#budget.found();
    else this.#budget.foundNothing();
    const least = hasFound ? SPACING.found : SPACING.nothing;
    // Never later than the next job that is known to be due.
    this.#spacing = Math.max(least, Math.min(this.#budget.wait, nextIn));
  }

  /** Moves the due jobs, and reads more of them in the same round trip. */
  async #move(
    { entries }: DueJobs,
    unknown: ReadonlySet<string>,
    watch: boolean,
  ): Promise<[RequeueResult, DueJobs]> {
    const { connection, scripts, set, ownNames } = this.#options;
    const look = scripts.timed.due(set, BATCH, watch);
    if (entries.length === 0) return [NOTHING, await connection.call(look)];
    const move = scripts.timed.requeue(
      set,
      entries.map((raw) => this.#requeueParams(raw, unknown)),
      ownNames,
    );
    const [moved, found] = await connection.run(move, look);
    return [resultOf(move, moved), resultOf(look, found)];
  }

  #requeueParams(raw: Raw, unknown: ReadonlySet<string>): RequeueParams {
    const now = unixSeconds(this.#options.clock);
    let job: JobEntry;
    try {
      job = parseEntry(raw);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const entry = envelope(raw, { jobName: nameIn(raw), reason, now });
      return { raw, jobName: undefined, entry };
    }
    if (unknown.has(job.name)) {
      const failure = { fails: job.fails, error: UNKNOWN_JOB, at: now };
      if (!ownsClaim(job) || !endsWithDeath(job, job.claim === 'kept')) {
        return { raw, jobName: undefined, entry: rewriteEntry(raw, { failure }) };
      }
      // Nothing would release its claim: its duplicates would be refused, or wait, for a day.
      const entry = rewriteEntry(raw, { failure, claim: null });
      const frees = { uniqueKey: job.uniqueKey, jobName: job.name, id: job.id };
      return { raw, jobName: undefined, entry, frees };
    }
    const firing = this.#options.set === 'scheduled' ? firingOf(job.id) : undefined;
    // A firing of a non-overlapping schedule takes its claim now, and holds it until it is done.
    const claims = firing !== undefined && job.unique && job.claim === undefined;
    const claim = claims ? { uniqueKey: job.uniqueKey, id: job.id } : undefined;
    return {
      raw,
      jobName: job.name,
      firing: firing && { ...firing, claim },
      entry: rewriteEntry(raw, { enqueuedAt: now, claim: claims ? 'held' : undefined }),
    };
  }
}

/** Returns the name in a broken entry, if it is still readable. */
function nameIn(raw: Raw): string {
  try {
    const { name } = JSON.parse(textOf(raw)) as { name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // Not even JSON.
  }
  return 'undecodable';
}
