import { counted } from '../base/counted.js';
import { JobInUseError } from '../errors/errors.js';
import { assertJobName } from '../job/job-name.js';
import { assertInteger } from '../options/assert-integer.js';
import { duration, wholeSeconds } from '../options/duration.js';
import { MAX_DELAY } from '../base/delay.js';
import type { Duration } from '../base/duration.js';
import { assertOptions, whole, type OptionTable } from '../options/option-rules.js';
import { EMPTY_OPTIONS, inBulk, type BulkResult, type EmptyOptions } from './bulk.js';
import { removeParams, tryParse, type UnreadEntry } from './entries.js';
import { Fleet } from './fleet.js';
import { LIST_LIMIT } from './listing.js';
import { QueueEntries } from './queue-entries.js';
import type { DeleteResult, ResumeResult } from './results.js';
import type { StoreContext } from './store-context.js';
import {
  waitingJob,
  type WaitingJob,
  type WaitingJobRef,
  type WaitingList,
} from './waiting-job.js';

/** Options of `Queue.pause`. */
export interface PauseOptions {
  /**
   * How long the pause lasts, rounded up to whole seconds, at most 100 years: `'10m'`, or a number of milliseconds.
   * Default: until `resume`.
   */
  readonly for?: Duration | undefined;
}

/** The rules of these options. */
export const PAUSE_OPTIONS: OptionTable<PauseOptions> = {
  for: duration(1, MAX_DELAY * 1000, '1 ms to 100 years'),
};

/** Options of `Queue.list`. */
export interface WaitingListOptions {
  /** The number of jobs to skip; default 0. Pass a list's `next` to continue it. */
  readonly from?: number | undefined;
  /** The maximum number of jobs, 1 to 500; default 20. A list ends earlier when its jobs would exceed 4 MiB. */
  readonly limit?: number | undefined;
}

/** The rules of these options. */
export const WAITING_LIST_OPTIONS: OptionTable<WaitingListOptions> = {
  from: whole(0, Number.MAX_SAFE_INTEGER),
  limit: whole(1, 500),
};

const BATCH = 500;
// The location of the entries that were just read from the end of a queue, unless a pool has fetched them.
const NEXT = { side: 'right', depth: BATCH } as const;

/**
 * The queue of a job name. All methods throw NotConnectedError when Redis is unreachable.
 *
 * @example
 * ```ts
 * const queue = client.queue('send_email');
 * await queue.pause({ for: '10m' });
 * console.log((await queue.list({ limit: 50 })).jobs.map(({ id }) => id));
 * await queue.resume();
 * ```
 */
export class Queue {
  /** The name of its jobs. */
  readonly jobName: string;
  readonly #context: StoreContext;
  readonly #entries: QueueEntries;

  /** @throws InvalidJobNameError */
  constructor(context: StoreContext, jobName: string) {
    assertJobName(jobName); // An invalid name may lead to a pool's own list.
    this.jobName = jobName;
    this.#context = context;
    this.#entries = new QueueEntries(context, jobName);
  }

  /** Lists some of the waiting jobs, beginning with the next job. @throws InvalidOptionError */
  async list(options: WaitingListOptions = {}): Promise<WaitingList> {
    assertOptions('list', options, WAITING_LIST_OPTIONS);
    const { from = 0, limit = LIST_LIMIT } = options;
    const { entries, total, next } = await this.#entries.page(from, limit);
    const jobs = entries.map((raw, index) => waitingJob(raw, from + index + 1));
    return { jobs, total, from, next };
  }

  /**
   * Iterates over all waiting jobs, beginning with the next job, in batches of up to 500. For each job that is fetched in the
   * meantime, the scan skips another one.
   */
  async *scan(): AsyncGenerator<readonly WaitingJob[]> {
    for await (const entries of this.scanUnread()) yield entries.map(({ read }) => read());
  }

  /** Does the same as `scan`, but parses an entry only when its `read()` is called, for searches that skip most entries. */
  async *scanUnread(): AsyncGenerator<readonly UnreadEntry<WaitingJob>[]> {
    for (let from = 0; ;) {
      const { entries } = await this.#entries.page(from, BATCH);
      if (entries.length === 0) return;
      const before = from;
      from += entries.length;
      yield entries.map((raw, index) => ({ raw, read: () => waitingJob(raw, before + index + 1) }));
    }
  }

  /**
   * Looks up a waiting job. Returns `undefined` if it is neither at its last seen position nor nearer to the front, where
   * waiting jobs move.
   *
   * @param job a job from a list, or its id and last seen position
   * @throws InvalidOptionError
   */
  async get(job: WaitingJobRef): Promise<WaitingJob | undefined> {
    return (await this.#entries.find(job)).found;
  }

  /**
   * Deletes a waiting job. A unique job releases its claim. Works only within 30,000 jobs of either end of the queue, because
   * a deeper search would block Redis for too long.
   *
   * @param job a job from a list, or its id and last seen position
   * @throws InvalidOptionError
   */
  async delete(job: WaitingJobRef): Promise<DeleteResult> {
    const { found, total } = await this.#entries.find(job);
    if (!found) return { status: 'notFound' };
    return this.#entries.remove(found.raw, { position: found.position, total });
  }

  /**
   * Pauses the queue in all processes, including gocraft/work's. No further job starts. Running jobs finish.
   *
   * @throws InvalidOptionError
   */
  async pause(options: PauseOptions = {}): Promise<void> {
    assertOptions('pause', options, PAUSE_OPTIONS);
    const { connection, keys } = this.#context;
    await connection.ready();
    const key = keys.paused(this.jobName);
    if (options.for === undefined) await connection.redis.set(key, '1');
    else await connection.redis.set(key, '1', 'EX', wholeSeconds('for', options.for));
  }

  /** Ends a pause. Idle pools notice immediately. */
  async resume(): Promise<ResumeResult> {
    const { connection, keys } = this.#context;
    await connection.ready();
    const deleted = await connection.redis.del(keys.paused(this.jobName));
    return { status: deleted === 1 ? 'resumed' : 'notPaused' };
  }

  /**
   * Limits the number of concurrently running jobs of the name, across all processes. Running pools apply the limit from
   * their next fetch. A pool that starts with its own `maxConcurrency` for the name replaces the limit.
   *
   * @param limit a whole number; 0 removes the limit
   * @throws InvalidOptionError
   */
  async limit(limit: number): Promise<void> {
    assertInteger('limit', limit, 0, Number.MAX_SAFE_INTEGER);
    const { connection, keys } = this.#context;
    await connection.ready();
    await connection.redis.set(keys.maxConcurrency(this.jobName), limit);
  }

  /** Deletes all waiting jobs, in batches of 500. Unique jobs release their claims. Running jobs finish. @throws InvalidOptionError */
  async empty(options: EmptyOptions = {}): Promise<BulkResult> {
    assertOptions('empty', options, EMPTY_OPTIONS);
    const { connection, keys, scripts } = this.#context;
    return inBulk(
      await this.#entries.total(),
      options,
      async () => (await this.#entries.page(0, BATCH)).entries,
      async (batch) => {
        const params = batch.map((raw) => removeParams(keys, raw, tryParse(raw)));
        const results = await connection.call(scripts.jobs.remove(this.#entries.key, NEXT, params));
        return results.map((removed) => (removed ? 'done' : 'gone'));
      },
    );
  }

  /**
   * Removes the job name with its pause and its limit, provided that nothing uses it. A scheduled job of the name that is due
   * later becomes a dead job.
   *
   * @throws JobInUseError when jobs wait or run, or a pool handles the name
   */
  async forget(): Promise<void> {
    const pools = await new Fleet(this.#context).heartbeats();
    const handling = pools.filter(({ jobNames }) => jobNames.includes(this.jobName)).length;
    this.#assertNone(handling, 'worker pool runs it', 'worker pools run it');
    const { connection, scripts } = this.#context;
    const { waiting, inProgress } = await connection.call(scripts.queues.forget(this.jobName));
    this.#assertNone(waiting, 'job waits', 'jobs wait');
    this.#assertNone(inProgress, 'job is in progress', 'jobs are in progress');
  }

  #assertNone(count: number, one: string, many: string): void {
    if (count > 0) throw new JobInUseError(this.jobName, counted(count, one, many));
  }
}
