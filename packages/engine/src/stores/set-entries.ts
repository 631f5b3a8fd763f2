import { types } from 'node:util';
import { InvalidOptionError } from '../errors/errors.js';
import { assertJobId, assertRecord } from '../options/assert-record.js';
import type { Raw } from '../redis/raw.js';
import type { Page, PageBound } from '../scripts/job-scripts.js';
import { idOf } from './entries.js';
import type { StoreContext } from './store-context.js';
import type { JobSetName, TimedJobRef } from './timed-job.js';

/** The number of entries in one read. */
export const BATCH = 500;
const A_JOB = 'a job from a list, or { at, id }';
// JavaScript's latest date, in milliseconds.
const LATEST_DATE = 8.64e15;

/** The entries of a set of jobs, read from Redis in bounded steps. Scores are seconds since the epoch. */
export class SetEntries {
  /** The set's key. */
  readonly key: string;
  readonly #context: StoreContext;

  constructor(context: StoreContext, set: JobSetName) {
    this.#context = context;
    this.key = context.keys[set];
  }

  /** Reads entries by rank, so the last of a million costs the same as the first. */
  async page(from: number, bound: PageBound): Promise<Page> {
    const { connection, scripts } = this.#context;
    await connection.ready();
    return connection.call(scripts.jobs.setPage(this.key, from, bound));
  }

  /** Returns the number of entries. */
  async total(): Promise<number> {
    const { connection } = this.#context;
    await connection.ready();
    return connection.redis.zcard(this.key);
  }

  /** Returns the number of entries before a time or, newest first, after it. */
  async rankOf(at: Date, newestFirst: boolean): Promise<number> {
    const seconds = at.getTime() / 1000;
    if (!newestFirst) return this.#countBelow(seconds);
    const { connection } = this.#context;
    await connection.ready();
    return connection.redis.zcount(this.key, `(${seconds}`, '+inf');
  }

  /**
   * Returns the exact bytes of a job's entry. For a listed job, they come from that job, without reading Redis.
   *
   * @throws InvalidOptionError
   */
  async find(ref: TimedJobRef): Promise<Raw | undefined> {
    assertRecord('job', ref, A_JOB);
    if ('raw' in ref) {
      assertRaw(ref.raw);
      await this.#context.connection.ready();
      return ref.raw;
    }
    if (ref.at === null) {
      assertJobId(ref.id, 'id');
      return this.#findBeyondDates(ref.id);
    }
    const seconds = Math.floor(secondsOf(ref.at));
    assertJobId(ref.id, 'id');
    // Some programs write fractions of seconds.
    return this.#findBetween(seconds, seconds + 1, ref.id);
  }

  /** Returns whether the set has an entry of these bytes. */
  async has(raw: Raw): Promise<boolean> {
    const { connection } = this.#context;
    await connection.ready();
    return (await connection.redis.zscore(this.key, raw)) !== null;
  }

  async #countBelow(seconds: number): Promise<number> {
    const { connection } = this.#context;
    await connection.ready();
    if (seconds === -Infinity) return 0;
    return connection.redis.zcount(this.key, '-inf', `(${seconds}`);
  }

  /** Searches the scores that no Date can hold: first those after the last date, then those before the first. */
  async #findBeyondDates(id: string): Promise<Raw | undefined> {
    const last = LATEST_DATE / 1000;
    return (
      (await this.#findBetween(last + 1, Infinity, id)) ?? this.#findBetween(-Infinity, -last, id)
    );
  }

  /** @param to the exclusive upper bound of the score; an infinite bound is inclusive */
  async #findBetween(from: number, to: number, id: string): Promise<Raw | undefined> {
    let next: number | undefined = await this.#countBelow(from);
    while (next !== undefined) {
      const page: Page = await this.page(next, { count: BATCH });
      for (const [index, raw] of page.entries.entries()) {
        const score = page.scores[index] ?? 0;
        if (score >= to && to !== Infinity) return undefined;
        if (idOf(raw) === id) return raw;
      }
      next = page.next;
    }
    return undefined;
  }
}

/** @throws InvalidOptionError, for a listed job that has passed through JSON, for instance */
function assertRaw(raw: unknown): void {
  if (typeof raw === 'string' || Buffer.isBuffer(raw)) return;
  throw new InvalidOptionError('raw', raw, 'the entry of a listed job; or pass { at, id }');
}

/** @throws InvalidOptionError */
function secondsOf(at: unknown): number {
  const milliseconds = types.isDate(at) ? at.getTime() : NaN;
  if (Number.isNaN(milliseconds)) throw new InvalidOptionError('at', at, 'a valid Date');
  return milliseconds / 1000;
}
