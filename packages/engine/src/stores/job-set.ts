import { assertOptions, FLAG, NAME, whole, type OptionTable } from '../options/option-rules.js';
import { DATE } from '../options/shared-options.js';
import type { BulkOptions, BulkResult } from './bulk.js';
import { removeParams, shown, tryParse, type UnreadEntry } from './entries.js';
import { countNamed, type JobCount } from './job-count.js';
import { LIST_LIMIT, Listing } from './listing.js';
import type { DeleteResult, RunNowResult } from './results.js';
import { runNowOutcome, runNowParams } from './run-now.js';
import { setInBulk } from './set-bulk.js';
import { BATCH, SetEntries } from './set-entries.js';
import type { StoreContext } from './store-context.js';
import {
  timedJob,
  type JobList,
  type JobSetName,
  type TimedJob,
  type TimedJobRef,
} from './timed-job.js';

/** Options of `JobSet.list`. */
export interface ListOptions {
  /** The number of jobs to skip; default 0. Pass a list's `next` to continue it. */
  readonly from?: number | undefined;
  /** An alternative to `from`. Begins with the first job at or after this time or, newest first, at or before it. */
  readonly at?: Date | undefined;
  /** The maximum number of jobs, 1 to 200; default 20. A list ends earlier when its jobs would exceed 4 MiB. */
  readonly limit?: number | undefined;
  /** Limits the list to jobs of this name; default: all jobs. */
  readonly jobName?: string | undefined;
  /** Whether the latest time comes first; default: the earliest. */
  readonly newestFirst?: boolean | undefined;
}

/** The rules of these options. */
export const LIST_OPTIONS: OptionTable<ListOptions> = {
  from: whole(0, Number.MAX_SAFE_INTEGER),
  at: DATE,
  limit: whole(1, 200),
  jobName: NAME,
  newestFirst: FLAG,
};

/**
 * A set of jobs in order of time: the scheduled jobs, the jobs that wait for their retry, or the dead jobs. All methods
 * throw NotConnectedError when Redis is unreachable.
 */
export class JobSet {
  readonly #context: StoreContext;
  readonly #set: JobSetName;
  readonly #entries: SetEntries;

  constructor(context: StoreContext, set: JobSetName) {
    this.#context = context;
    this.#set = set;
    this.#entries = new SetEntries(context, set);
  }

  /**
   * Lists some of the jobs by time, by default the earliest first. A list costs the same at every depth. A list by name
   * examines at most 5,000 jobs.
   *
   * @throws InvalidOptionError
   */
  async list(options: ListOptions = {}): Promise<JobList> {
    assertOptions('list', options, LIST_OPTIONS);
    const { from, at, limit = LIST_LIMIT, jobName, newestFirst = false } = options;
    const first = from ?? (at === undefined ? 0 : await this.#entries.rankOf(at, newestFirst));
    const listing = new Listing({ from: first, limit, jobName });
    const bound = { count: jobName === undefined ? limit : BATCH, backwards: newestFirst };
    for (;;) {
      const list = listing.add(await this.#entries.page(listing.rank, bound));
      if (list) return list;
    }
  }

  /**
   * Counts all jobs, or those of a name. The count of a name is exact in sets of at most 10,000 jobs and 32 MiB, and an
   * estimate in larger sets.
   *
   * @throws InvalidOptionError
   */
  async count(jobName?: string): Promise<JobCount> {
    if (jobName === undefined) return { count: await this.#entries.total(), exact: true };
    NAME.check('jobName', jobName);
    return countNamed(this.#context, this.#entries, jobName);
  }

  /**
   * Looks up a job. Returns `undefined` if the set does not contain it, or no longer does.
   *
   * @param job a job from a list, or its time and id
   * @throws InvalidOptionError
   */
  async get(job: TimedJobRef): Promise<TimedJob | undefined> {
    const raw = await this.#entries.find(job);
    if (raw === undefined || ('raw' in job && !(await this.#entries.has(raw)))) return undefined;
    return { at: job.at ?? new Date(NaN), ...shown(raw) };
  }

  /**
   * Iterates over all jobs, the latest time first, in batches of up to 500. Jobs that are added or removed in the meantime may
   * be missed, or appear twice.
   */
  async *scan(): AsyncGenerator<readonly TimedJob[]> {
    for await (const entries of this.scanUnread()) yield entries.map(({ read }) => read());
  }

  /** Does the same as `scan`, but parses an entry only when its `read()` is called, for searches that skip most entries. */
  async *scanUnread(): AsyncGenerator<readonly UnreadEntry<TimedJob>[]> {
    for (let offset = 0; ;) {
      const page = await this.#entries.page(offset, { count: BATCH, backwards: true });
      const { entries, scores } = page;
      if (entries.length === 0) return;
      offset += entries.length;
      yield entries.map((raw, index) => ({ raw, read: () => timedJob(raw, scores[index]) }));
    }
  }

  /**
   * Moves a job to its queue now, whatever its time. A dead job gets all its retries again. A job that waits for its retry
   * keeps its count of failures.
   *
   * @param job a job from a list, or its time and id
   * @throws InvalidOptionError
   */
  async runNow(job: TimedJobRef): Promise<RunNowResult> {
    const raw = await this.#entries.find(job);
    if (raw === undefined) return { status: 'notFound' };
    const entry = tryParse(raw);
    if (!entry) return { status: 'unknown' };
    const { connection, scripts } = this.#context;
    const params = runNowParams(this.#context, this.#set, { raw, entry });
    const [status = 'notFound'] = await connection.call(scripts.jobs.runNow(this.#set, [params]));
    return { status };
  }

  /**
   * Moves all jobs, or those of a name, to their queues now, as `runNow` does, in batches of up to 500.
   *
   * @throws InvalidOptionError
   */
  async runAll(options: BulkOptions = {}): Promise<BulkResult> {
    const { connection, scripts } = this.#context;
    return setInBulk(this.#entries, options, async (batch) => {
      const params = batch.flatMap(({ raw, entry }) =>
        entry ? [runNowParams(this.#context, this.#set, { raw, entry })] : [],
      );
      const results = await connection.call(scripts.jobs.runNow(this.#set, params));
      return batch.map(({ entry }) => (entry ? runNowOutcome(results.shift()) : 'unknown'));
    });
  }

  /**
   * Deletes a job. A unique job releases its claim if it holds one.
   *
   * @param job a job from a list, or its time and id
   * @throws InvalidOptionError
   */
  async delete(job: TimedJobRef): Promise<DeleteResult> {
    const raw = await this.#entries.find(job);
    if (raw === undefined) return { status: 'notFound' };
    const { connection, keys, scripts } = this.#context;
    const params = removeParams(keys, raw, tryParse(raw));
    const [removed] = await connection.call(
      scripts.jobs.remove(this.#entries.key, 'set', [params]),
    );
    return { status: removed ? 'deleted' : 'notFound' };
  }

  /** Deletes all jobs, or those of a name, in batches of up to 500. @throws InvalidOptionError */
  async deleteAll(options: BulkOptions = {}): Promise<BulkResult> {
    const { connection, keys, scripts } = this.#context;
    return setInBulk(this.#entries, options, async (batch) => {
      const params = batch.map(({ raw, entry }) => removeParams(keys, raw, entry));
      const results = await connection.call(scripts.jobs.remove(this.#entries.key, 'set', params));
      return results.map((removed) => (removed ? 'done' : 'gone'));
    });
  }
}
