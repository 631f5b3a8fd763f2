import { assertRecord } from '../options/assert-record.js';
import { counted } from '../base/counted.js';
import { unixSeconds, type Clock } from '../base/clock.js';
import { JobInUseError } from '../errors/errors.js';
import { assertJobName } from '../job/job-name.js';
import { assertInteger } from '../options/assert-integer.js';
import { assertOptions } from '../options/option-rules.js';
import { batches } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Page } from '../scripts/job-scripts.js';
import type { QueueReading } from '../scripts/queue-scripts.js';
import { EMPTY_OPTIONS, inBulk, type BulkOptions, type BulkResult } from './bulk.js';
import { removing, shown, tryParse, type ShownEntry, type UnreadEntry } from './entries.js';
import { JobFinder } from './job-finder.js';
import { assertPage, PAGE_SIZE } from './job-set.js';
import { knownJobNames } from './known-job-names.js';
import { readPages } from './read-pages.js';

/** A queue and what waits in it. */
export interface QueueStatus {
  readonly jobName: string;
  /** Jobs that wait; those in progress, scheduled or to be retried are not among them. */
  readonly count: number;
  /** Seconds that the job to be taken next has waited; 0 when none waits. */
  readonly latency: number;
  /** Jobs in progress, in all pools. */
  readonly inProgress: number;
  /** How many jobs of the name may run at once, in all pools; 0 is no limit. */
  readonly maxConcurrency: number;
  readonly paused: boolean;
  /** When the pause ends by itself; `undefined` if it does not, or there is none. */
  readonly pausedUntil: Date | undefined;
}

/**
 * Some of the jobs that wait in a queue, next to be taken first. They may be fewer than asked for where they would have
 * more than 4 MiB together: the next ones stand behind the last of them.
 */
export interface QueuePage {
  readonly jobs: readonly WaitingJob[];
  readonly total: number;
}

export interface WaitingJob extends ShownEntry {
  /** From 1: the job that is taken next. */
  readonly position: number;
}

/** Which waiting job: its id, and the position where it was seen. */
export interface WaitingJobRef {
  readonly position: number;
  readonly id: string;
}

/** What became of a waiting job that was to be deleted; `too deep`: it stands too far from both ends of its queue. */
export type Deletion = 'deleted' | 'gone' | 'too deep';

export interface QueuesOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

const BATCH = 500;
const NAMES_AT_ONCE = 100;
/** Where what was just read from the end of a queue still stands, if nobody took it. */
const NEXT = { side: 'right', depth: BATCH } as const;
// In the middle of a million, finding an entry would keep Redis busy for many milliseconds.
const DEEPEST = 30_000;
const LOOK_BEHIND = 400;
const LOOK_AHEAD = 20;

/** All queues, as a client looks at them and steers them. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #finder: JobFinder;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#finder = new JobFinder(options);
  }

  async list(): Promise<QueueStatus[]> {
    const { connection, keys, scripts } = this.#options;
    const queues: QueueStatus[] = [];
    for (const names of batches(await knownJobNames(connection, keys), NAMES_AT_ONCE)) {
      const readings = await connection.call(scripts.queues.read(names));
      queues.push(...readings.map((reading) => this.#status(reading)));
    }
    return queues;
  }

  async page(jobName: string, page: number): Promise<QueuePage> {
    assertPage(page);
    const from = (page - 1) * PAGE_SIZE;
    const read = (first: number, count: number) => this.#read(jobName, first, count);
    return pageOf(from, await readPages(read, from, PAGE_SIZE));
  }

  /** `limit` jobs behind the first `from`; fewer where they would have more bytes than go with one reply. */
  async window(jobName: string, from: number, limit: number): Promise<QueuePage> {
    return pageOf(from, await this.#read(jobName, from, limit));
  }

  /** All jobs of a queue, next to be taken first, at most some hundred at once. */
  async *scan(jobName: string): AsyncGenerator<readonly WaitingJob[]> {
    for await (const entries of this.scanUnread(jobName)) yield entries.map(({ read }) => read());
  }

  /** As `scan`, but nothing is parsed. */
  async *scanUnread(jobName: string): AsyncGenerator<readonly UnreadEntry<WaitingJob>[]> {
    for (let from = 0; ;) {
      const { entries } = await this.#read(jobName, from, BATCH);
      if (entries.length === 0) return;
      const before = from;
      from += entries.length;
      yield entries.map((raw, index) => ({ raw, read: () => waiting(raw, before + index + 1) }));
    }
  }

  /** Looks for it from the position where it was seen towards the front: those before it may have been taken since. */
  async job(jobName: string, ref: WaitingJobRef): Promise<WaitingJob | undefined> {
    return (await this.#find(jobName, ref)).found;
  }

  async delete(jobName: string, ref: WaitingJobRef): Promise<Deletion> {
    assertJobName(jobName);
    const { found, total } = await this.#find(jobName, ref);
    if (!found) return 'gone';
    return this.remove(jobName, found.raw, { position: found.position, total });
  }

  /** Deletes an entry that was just seen at `position`, in a queue of `total` jobs. */
  async remove(
    jobName: string,
    raw: Raw,
    { position, total }: { readonly position: number; readonly total: number },
  ): Promise<Deletion> {
    const side = position <= total / 2 ? 'right' : 'left';
    const fromThere = side === 'right' ? position : total - position + 1;
    if (fromThere > DEEPEST) return 'too deep';
    const { connection, keys, scripts } = this.#options;
    // Jobs go on coming on one side and leaving on the other.
    const from = { side, depth: fromThere + LOOK_BEHIND } as const;
    const removings = [removing(keys, raw, tryParse(raw))];
    const [removed] = await connection.call(
      scripts.jobs.remove(keys.queue(jobName), from, removings),
    );
    return removed ? 'deleted' : 'gone';
  }

  async pause(jobName: string, seconds: number | undefined): Promise<void> {
    assertJobName(jobName);
    const { connection, keys } = this.#options;
    await connection.ready();
    const key = keys.paused(jobName);
    if (seconds === undefined) {
      await connection.redis.set(key, '1');
    } else {
      await connection.redis.set(key, '1', 'EX', seconds);
    }
  }

  async unpause(jobName: string): Promise<boolean> {
    assertJobName(jobName);
    const { connection, keys } = this.#options;
    await connection.ready();
    return (await connection.redis.del(keys.paused(jobName))) === 1;
  }

  async setMaxConcurrency(jobName: string, limit: number): Promise<void> {
    assertJobName(jobName);
    assertInteger('maxConcurrency', limit, 0, Number.MAX_SAFE_INTEGER);
    const { connection, keys } = this.#options;
    await connection.ready();
    await connection.redis.set(keys.maxConcurrency(jobName), limit);
  }

  async empty(jobName: string, options: Omit<BulkOptions, 'jobName'>): Promise<BulkResult> {
    assertJobName(jobName);
    assertOptions('emptyQueue', options, EMPTY_OPTIONS);
    const { connection, keys, scripts } = this.#options;
    await connection.ready();
    const queue = keys.queue(jobName);
    return inBulk(
      await connection.redis.llen(queue),
      options,
      async () => (await this.#read(jobName, 0, BATCH)).entries,
      async (batch) => {
        const removings = batch.map((raw) => removing(keys, raw, tryParse(raw)));
        const results = await connection.call(scripts.jobs.remove(queue, NEXT, removings));
        return results.map((removed) => (removed ? 'done' : 'gone'));
      },
    );
  }

  async forget(jobName: string, pools: readonly { jobNames: readonly string[] }[]): Promise<void> {
    assertJobName(jobName);
    const serving = pools.filter(({ jobNames }) => jobNames.includes(jobName)).length;
    if (serving > 0)
      throw new JobInUseError(
        jobName,
        `${counted(serving, 'worker pool runs', 'worker pools run')} it`,
      );
    const { connection, scripts } = this.#options;
    await connection.ready();
    const { waiting, inProgress } = await connection.call(scripts.queues.forget(jobName));
    if (waiting > 0) throw new JobInUseError(jobName, counted(waiting, 'job waits', 'jobs wait'));
    if (inProgress > 0)
      throw new JobInUseError(jobName, `${counted(inProgress, 'job is', 'jobs are')} in progress`);
  }

  async rebuildLocks(): Promise<number> {
    const { connection, keys, scripts } = this.#options;
    let mended = 0;
    for (const names of batches(await knownJobNames(connection, keys), NAMES_AT_ONCE)) {
      mended += await connection.call(scripts.queues.rebuild(names));
    }
    return mended;
  }

  async #find(
    jobName: string,
    ref: WaitingJobRef,
  ): Promise<{ found: WaitingJob | undefined; total: number }> {
    assertRecord('job', ref, 'a job as a page gives it, or { position, id }');
    const { position, id } = ref;
    assertInteger('position', position, 1, Number.MAX_SAFE_INTEGER);
    const first = Math.max(0, position - LOOK_BEHIND);
    const read = (from: number, count: number) => this.#read(jobName, from, count);
    const page = await readPages(read, first, position - first + LOOK_AHEAD);
    const { jobs, total } = pageOf(first, page);
    const found = jobs.findLast((job) => job.id === id);
    if (found || first === 0) return { found, total };
    return this.#findNearerTheFront(jobName, id, { first, total });
  }

  /**
   * In a busy queue a job moves by thousands between two looks. Only its own entry leaves Redis, and what is put into
   * the queue meanwhile moves it in the direction of the search, so that it is not passed over.
   */
  async #findNearerTheFront(
    jobName: string,
    id: string,
    { first, total }: { readonly first: number; readonly total: number },
  ): Promise<{ found: WaitingJob | undefined; total: number }> {
    const { connection, keys } = this.#options;
    const queue = keys.queue(jobName);
    for await (const { raw, rank } of this.#finder.find([queue], id, Math.max(0, total - first))) {
      const now = await connection.redis.llen(queue);
      return { found: waiting(raw, Math.max(1, now - rank)), total: now };
    }
    return { found: undefined, total };
  }

  /** Next to be taken first. */
  async #read(jobName: string, from: number, count: number): Promise<Page> {
    assertJobName(jobName); // Another name may lead to a pool's own list.
    const { connection, keys, scripts } = this.#options;
    await connection.ready();
    const bound = { count, backwards: true };
    return connection.call(scripts.jobs.listPage(keys.queue(jobName), from, bound));
  }

  #status({ jobName, waiting, next, lock, limit, pause }: QueueReading): QueueStatus {
    return {
      ...{ jobName, count: waiting, latency: this.#latency(next) },
      inProgress: Math.max(0, wholeNumber(lock)),
      maxConcurrency: Math.max(0, wholeNumber(limit)),
      ...this.#pause(pause),
    };
  }

  #latency(next: Buffer | undefined): number {
    if (!next) return 0;
    // What is no job will be found out when it is fetched; of a long one this is only the beginning.
    const enqueuedAt =
      tryParse(toRaw(next))?.enqueuedAt ?? Number(/"t":(\d+)/.exec(next.toString())?.[1] ?? NaN);
    return Number.isNaN(enqueuedAt)
      ? 0
      : Math.max(0, unixSeconds(this.#options.clock) - enqueuedAt);
  }

  #pause(pttl: number): Pick<QueueStatus, 'paused' | 'pausedUntil'> {
    return {
      paused: pttl !== NO_KEY,
      pausedUntil: pttl > 0 ? new Date(this.#options.clock.now() + pttl) : undefined,
    };
  }
}

/** @param from how many stand before the first of the page */
function pageOf(from: number, { entries, total }: Page): QueuePage {
  return { jobs: entries.map((raw, index) => waiting(raw, from + index + 1)), total };
}

function waiting(raw: Raw, position: number): WaitingJob {
  return { position, ...shown(raw) };
}

// What PTTL says of a key that does not exist.
const NO_KEY = -2;

function wholeNumber(text: string): number {
  const number = Number(text);
  return Number.isInteger(number) ? number : 0;
}
