import type { JobList, JobPage, TimedJob, TimedJobRef } from './timed-jobs.js';
import { types } from 'node:util';
import { assertRecord } from '../options/assert-record.js';
import { unixSeconds, type Clock } from '../base/clock.js';
import { InvalidOptionError } from '../errors/errors.js';
import { rewriteEntry, type JobEntry } from '../job/job-entry.js';
import { firingOf } from '../job/firing-id.js';
import { assertOptions, FLAG, NAME, whole, type OptionTable } from '../options/option-rules.js';
import { MOST_BYTES_TWICE, sizeOfRaw } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import type { Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Killing, Page, PageBound, Revived, Reviving } from '../scripts/job-scripts.js';
import { DATE } from '../options/shared-options.js';
import { holdsClaim, uniqueKeyOf } from '../job/unique-key.js';
import {
  BULK_OPTIONS,
  inBulk,
  type BulkOptions,
  type BulkOutcome,
  type BulkResult,
} from './bulk.js';
import { idOf, removing, shown, tryParse, type UnreadEntry } from './entries.js';
import { Listing, MOST_BYTES_SEEN, mayBeNamed } from './listing.js';
import { readPages } from './read-pages.js';

/** Which jobs of a set to list. */
export interface ListOptions {
  /** How many jobs of the set to pass over; default 0. What an earlier list called `next` goes on from there. */
  readonly from?: number | undefined;
  /** Instead of `from`: begin with the first job that is not before this time, or, newest first, not after it. */
  readonly at?: Date | undefined;
  /** How many jobs at most, 1 to 200; default 20. They are fewer where they would have more than 4 MiB together. */
  readonly limit?: number | undefined;
  /** Only the jobs of this name; default all. */
  readonly jobName?: string | undefined;
  /** The latest time first; default: the earliest. */
  readonly newestFirst?: boolean | undefined;
}

/** What the options may be. */
export const LIST_OPTIONS: OptionTable<ListOptions> = {
  from: whole(0, Number.MAX_SAFE_INTEGER),
  at: DATE,
  limit: whole(1, 200),
  jobName: NAME,
  newestFirst: FLAG,
};

/** How many jobs there are, or about how many if not `exact`. */
export interface JobCount {
  readonly count: number;
  readonly exact: boolean;
}

export interface JobSetOptions {
  readonly set: 'scheduled' | 'retry' | 'dead';
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

export const PAGE_SIZE = 20;
const BATCH = 500;
const A_JOB = 'a job as a page or a list gives it, or { at, id }';
const MOST_COUNTED = 10_000;
const SAMPLE = 500;
// Of JavaScript, in milliseconds.
const LATEST_DATE = 8.64e15;

/** The scheduled, the retry or the dead jobs, as a client looks at them and mends them. */
export class JobSet {
  readonly #options: JobSetOptions;
  readonly #key: string;

  constructor(options: JobSetOptions) {
    this.#options = options;
    this.#key = options.keys[options.set];
  }

  /** By rank, so that the last page of a million costs what the first costs. */
  async page(page: number): Promise<JobPage> {
    assertPage(page);
    const first = (page - 1) * PAGE_SIZE;
    const { entries, scores, total } = await readPages(
      (from, count) => this.#page(from, { count }),
      first,
      PAGE_SIZE,
    );
    return { jobs: timedJobs(entries, scores), total };
  }

  /** By rank, so that it costs the same at every depth; batch by batch where a name is asked for. */
  async list(options: ListOptions): Promise<JobList> {
    assertOptions('list', options, LIST_OPTIONS);
    const { from, at, limit = PAGE_SIZE, jobName, newestFirst = false } = options;
    const first = from ?? (at === undefined ? 0 : await this.#rankOf(at, newestFirst));
    const listing = new Listing({ from: first, limit, jobName });
    const count = jobName === undefined ? limit : BATCH;
    for (;;) {
      const list = listing.add(await this.#page(listing.rank, { count, backwards: newestFirst }));
      if (list) return list;
    }
  }

  async #page(from: number, bound: PageBound): Promise<Page> {
    const { connection, scripts } = this.#options;
    await connection.ready();
    return connection.call(scripts.jobs.setPage(this.#key, from, bound));
  }

  /** How many jobs come before a time, or, newest first, after it. */
  async #rankOf(at: Date, newestFirst: boolean): Promise<number> {
    const seconds = at.getTime() / 1000;
    if (!newestFirst) return this.#countBelow(seconds);
    const { connection } = this.#options;
    await connection.ready();
    return connection.redis.zcount(this.#key, `(${seconds}`, '+inf');
  }

  /** How many jobs come before a time, in seconds. */
  async #countBelow(seconds: number): Promise<number> {
    const { connection } = this.#options;
    await connection.ready();
    if (seconds === -Infinity) return 0;
    return connection.redis.zcount(this.#key, '-inf', `(${seconds}`);
  }

  /** All jobs, the latest time first, at most some hundred at once. */
  async *scan(): AsyncGenerator<readonly TimedJob[]> {
    for await (const entries of this.scanUnread()) yield entries.map(({ read }) => read());
  }

  /** As `scan`, but nothing is parsed. */
  async *scanUnread(): AsyncGenerator<readonly UnreadEntry<TimedJob>[]> {
    for (let offset = 0; ;) {
      const { entries, scores } = await this.#page(offset, { count: BATCH, backwards: true });
      if (entries.length === 0) return;
      offset += entries.length;
      yield entries.map((raw, index) => ({ raw, read: () => timedJob(raw, scores[index]) }));
    }
  }

  /** How many jobs have a name: counted in a small set, estimated from a sample of a large one. */
  async countOf(jobName: string): Promise<JobCount> {
    const isNamed = (raw: Raw): boolean =>
      mayBeNamed(raw, jobName) && tryParse(raw)?.name === jobName;
    const total = await this.count();
    if (total > MOST_COUNTED) return this.#estimate(total, isNamed);
    let [count, seen] = [0, 0];
    for (let rank = 0; rank < total;) {
      const { entries } = await this.#page(rank, { count: BATCH });
      if (entries.length === 0) break;
      rank += entries.length;
      count += entries.filter(isNamed).length;
      seen += entries.reduce((sum, raw) => sum + sizeOfRaw(raw), 0);
      if (seen > MOST_BYTES_SEEN) return this.#estimate(total, isNamed);
    }
    return { count, exact: true };
  }

  async #estimate(total: number, isNamed: (raw: Raw) => boolean): Promise<JobCount> {
    const { connection, scripts } = this.#options;
    const sample = await connection.call(scripts.jobs.sample(this.#key, { count: SAMPLE }));
    const share = sample.filter(isNamed).length / Math.max(1, sample.length);
    return { count: Math.round(share * total), exact: false };
  }

  async count(): Promise<number> {
    const { connection } = this.#options;
    await connection.ready();
    return connection.redis.zcard(this.#key);
  }

  /** The job of this time and id; `undefined` if it is not there. */
  async job(ref: { readonly at: Date | null; readonly id: string }): Promise<TimedJob | undefined> {
    assertRecord('job', ref, A_JOB);
    const raw = await this.#find(ref);
    return raw === undefined ? undefined : { at: ref.at ?? new Date(NaN), ...shown(raw) };
  }

  /** Moves a job to its queue now. */
  async enqueue(ref: TimedJobRef): Promise<Revived> {
    const raw = await this.#find(ref);
    const entry = raw === undefined ? undefined : tryParse(raw);
    if (raw === undefined) return 'gone';
    if (!entry) return 'unknown';
    const { connection, scripts, set } = this.#options;
    const [result = 'gone'] = await connection.call(
      scripts.jobs.revive(set, [this.#reviving(raw, entry)]),
    );
    return result;
  }

  async enqueueAll(options: BulkOptions): Promise<BulkResult> {
    const { connection, scripts, set } = this.#options;
    return this.#all(options, async (batch) => {
      const revivings = batch.flatMap(({ raw, entry }) =>
        entry ? [this.#reviving(raw, entry)] : [],
      );
      const results = await connection.call(scripts.jobs.revive(set, revivings));
      return batch.map(({ entry }) => (entry ? outcomeOf(results.shift()) : 'unknown'));
    });
  }

  /** Returns whether it was there. */
  async delete(ref: TimedJobRef): Promise<boolean> {
    const raw = await this.#find(ref);
    if (raw === undefined) return false;
    const { connection, keys, scripts } = this.#options;
    const call = scripts.jobs.remove(this.#key, 'set', [removing(keys, raw, tryParse(raw))]);
    const [removed = false] = await connection.call(call);
    return removed;
  }

  async deleteAll(options: BulkOptions): Promise<BulkResult> {
    const { connection, keys, scripts } = this.#options;
    return this.#all(options, async (batch) => {
      const removings = batch.map(({ raw, entry }) => removing(keys, raw, entry));
      const results = await connection.call(scripts.jobs.remove(this.#key, 'set', removings));
      return results.map((removed) => (removed ? 'done' : 'gone'));
    });
  }

  /** Moves a job to the dead ones as it is. Returns whether it was there. */
  async kill(ref: TimedJobRef): Promise<boolean> {
    const raw = await this.#find(ref);
    if (raw === undefined) return false;
    const { connection, scripts } = this.#options;
    const call = scripts.jobs.kill(this.#killable(), [this.#killing(raw, tryParse(raw))]);
    const [killed = false] = await connection.call(call);
    return killed;
  }

  async killAll(options: BulkOptions): Promise<BulkResult> {
    const { connection, scripts } = this.#options;
    return this.#all(options, async (batch) => {
      const killings = batch.map(({ raw, entry }) => this.#killing(raw, entry));
      const results = await connection.call(scripts.jobs.kill(this.#killable(), killings));
      return results.map((killed) => (killed ? 'done' : 'gone'));
    });
  }

  #killable(): 'retry' | 'scheduled' {
    const { set } = this.#options;
    if (set === 'dead') throw new Error('The dead cannot be killed');
    return set;
  }

  /** Somebody has decided that it shall not run: another like it may. */
  #killing(raw: Raw, entry: JobEntry | undefined): Killing {
    const removed = removing(this.#options.keys, raw, entry);
    const deadEntry = entry && holdsClaim(entry) ? rewriteEntry(raw, { claim: null }) : raw;
    return { ...removed, deadEntry };
  }

  async #all(
    options: BulkOptions,
    act: (batch: readonly Parsed[]) => Promise<readonly BulkOutcome[]>,
  ): Promise<BulkResult> {
    assertOptions('this call', options, BULK_OPTIONS);
    const { connection } = this.#options;
    const { jobName } = options;
    await connection.ready();
    const total = await connection.redis.zcard(this.#key);
    return inBulk(
      total,
      options,
      async (offset) => {
        const { entries } = await this.#page(offset, { count: BATCH, bytes: MOST_BYTES_TWICE });
        return entries.map((raw) => ({ raw, entry: tryParse(raw) }));
      },
      async (batch) => {
        const wanted = batch.filter(
          ({ entry }) => jobName === undefined || entry?.name === jobName,
        );
        const outcomes = new Map<Parsed, BulkOutcome>();
        if (wanted.length > 0) {
          const results = await act(wanted);
          for (const [index, one] of wanted.entries()) outcomes.set(one, results[index] ?? 'gone');
        }
        return batch.map((one) => outcomes.get(one) ?? 'other');
      },
    );
  }

  /** The entry to the byte. */
  async #find(ref: TimedJobRef): Promise<Raw | undefined> {
    assertRecord('job', ref, A_JOB);
    if ('raw' in ref) {
      await this.#options.connection.ready();
      return ref.raw;
    }
    if (ref.at === null) return this.#findBeyondDates(ref.id);
    const seconds = Math.floor(secondsOf(ref.at));
    // Some programs write parts of seconds.
    return this.#findBetween(seconds, seconds + 1, ref.id);
  }

  /** Among the scores that no Date can hold: all after the last, then all before the first. */
  async #findBeyondDates(id: string): Promise<Raw | undefined> {
    const last = LATEST_DATE / 1000;
    return (
      (await this.#findBetween(last + 1, Infinity, id)) ?? this.#findBetween(-Infinity, -last, id)
    );
  }

  /** @param from in seconds; `to`, too, before which it stands, or at which if that is infinite */
  async #findBetween(from: number, to: number, id: string): Promise<Raw | undefined> {
    let next: number | undefined = await this.#countBelow(from);
    while (next !== undefined) {
      const page: Page = await this.#page(next, { count: BATCH });
      for (const [index, raw] of page.entries.entries()) {
        const score = page.scores[index] ?? 0;
        if (score >= to && to !== Infinity) return undefined;
        if (idOf(raw) === id) return raw;
      }
      next = page.next;
    }
    return undefined;
  }

  #reviving(raw: Raw, job: JobEntry): Reviving {
    const { keys, set, clock } = this.#options;
    // A firing that must not overlap claims its place when it goes to its queue, and keeps it until it is done.
    const firing = set === 'scheduled' && job.claim === undefined && firingOf(job.id) !== undefined;
    const claims = job.unique && !holdsClaim(job) && (set === 'dead' || firing);
    return {
      raw,
      jobName: job.name,
      jobId: job.id,
      uniqueKey: claims ? uniqueKeyOf(keys, job) : undefined,
      entry: rewriteEntry(raw, {
        enqueuedAt: unixSeconds(clock),
        ...(set === 'dead' && { failure: null }),
        ...(claims && { claim: firing ? ('held' as const) : null }),
      }),
    };
  }
}

interface Parsed {
  readonly raw: Raw;
  readonly entry: JobEntry | undefined;
}

function timedJobs(entries: readonly Raw[], scores: readonly number[]): TimedJob[] {
  return entries.map((raw, index) => timedJob(raw, scores[index]));
}

function timedJob(raw: Raw, score: number | undefined): TimedJob {
  return { at: toDate(score), ...shown(raw) };
}

/** @param seconds since the epoch */
function toDate(seconds = 0): Date {
  return new Date(seconds * 1000);
}

/** @throws InvalidOptionError */
function secondsOf(at: unknown): number {
  const milliseconds = types.isDate(at) ? at.getTime() : NaN;
  if (Number.isNaN(milliseconds)) throw new InvalidOptionError('at', at, 'a valid Date');
  return milliseconds / 1000;
}

/** @throws InvalidOptionError */
export function assertPage(page: number): void {
  if (Number.isSafeInteger(page) && page >= 1) return;
  throw new InvalidOptionError('page', page, 'a whole number, 1 or more');
}

function outcomeOf(revived: Revived | undefined): BulkOutcome {
  return revived === 'moved' ? 'done' : (revived ?? 'gone');
}
