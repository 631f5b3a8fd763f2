import { unixSeconds, type Clock } from '../clock.js';
import { JobInUseError } from '../errors.js';
import { assertJobName } from '../job-name.js';
import { assertInteger } from '../job-type.js';
import type { Keys } from '../redis/keys.js';
import { toRaw } from '../redis/raw.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../redis/scripts.js';
import { inBulk, type BulkOptions, type BulkResult } from './bulk.js';
import { removing, shown, tryParse, type ShownEntry } from './entries.js';
import { assertPage, PAGE_SIZE } from './job-set.js';

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

/** Some of the jobs that wait in a queue, next to be taken first. */
export interface QueuePage {
  readonly jobs: readonly WaitingJob[];
  readonly total: number;
}

export interface WaitingJob extends ShownEntry {
  /** From 1: the job that is taken next. */
  readonly position: number;
}

export interface QueuesOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

const BATCH = 500;
const MAX_PAUSE = 100 * 365 * 24 * 3600;

/** All queues, as a client looks at them and steers them. */
export class Queues {
  readonly #options: QueuesOptions;

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  async list(): Promise<QueueStatus[]> {
    const { connection, keys } = this.#options;
    await connection.ready();
    const names = (await connection.redis.smembers(keys.knownJobs)).sort();
    const pipeline = connection.redis.pipeline();
    for (const name of names) {
      pipeline
        .llen(keys.queue(name))
        .lindexBuffer(keys.queue(name), -1)
        .get(keys.lock(name))
        .get(keys.maxConcurrency(name))
        .pttl(keys.paused(name));
    }
    const replies = ((await pipeline.exec()) ?? []).map(([error, value]) => (error ? null : value));
    const commands = 5;
    return names.map((jobName, index) => {
      const [count, next, lock, limit, pause] = replies.slice(index * commands);
      return {
        jobName,
        count: Number(count ?? 0),
        latency: this.#latency(next),
        inProgress: Math.max(0, wholeNumber(lock)),
        maxConcurrency: Math.max(0, wholeNumber(limit)),
        ...this.#pause(Number(pause ?? NO_KEY)),
      };
    });
  }

  async page(jobName: string, page: number): Promise<QueuePage> {
    assertPage(page);
    const { connection, keys } = this.#options;
    await connection.ready();
    const passed = (page - 1) * PAGE_SIZE;
    const queue = keys.queue(jobName);
    const [entries, total] = await Promise.all([
      connection.redis.lrangeBuffer(queue, -(passed + PAGE_SIZE), -(passed + 1)),
      connection.redis.llen(queue),
    ]);
    const jobs = entries
      .reverse()
      .map((bytes, index) => ({ position: passed + index + 1, ...shown(bytes) }));
    return { jobs, total };
  }

  async pause(jobName: string, seconds: number | undefined): Promise<void> {
    assertJobName(jobName);
    const { connection, keys } = this.#options;
    await connection.ready();
    const key = keys.paused(jobName);
    if (seconds === undefined) {
      await connection.redis.set(key, '1');
    } else {
      assertInteger('seconds', seconds, 1, MAX_PAUSE);
      await connection.redis.set(key, '1', 'EX', seconds);
    }
  }

  async unpause(jobName: string): Promise<boolean> {
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
    const { connection, keys, scripts } = this.#options;
    await connection.ready();
    const queue = keys.queue(jobName);
    return inBulk(
      await connection.redis.llen(queue),
      options,
      () => connection.redis.lrangeBuffer(queue, -BATCH, -1),
      async (batch) => {
        const removings = batch.toReversed().map((bytes) => {
          const raw = toRaw(bytes);
          return removing(keys, raw, tryParse(raw));
        });
        const results = await connection.call(scripts.remove(queue, 'queue', removings));
        return results.map((removed) => (removed ? 'done' : 'gone'));
      },
    );
  }

  async forget(jobName: string, pools: readonly { jobNames: readonly string[] }[]): Promise<void> {
    const serving = pools.filter(({ jobNames }) => jobNames.includes(jobName)).length;
    if (serving > 0) throw new JobInUseError(jobName, `${serving} worker pools run it`);
    const { connection, scripts } = this.#options;
    await connection.ready();
    const { waiting, inProgress } = await connection.call(scripts.forget(jobName));
    if (waiting > 0) throw new JobInUseError(jobName, `${waiting} jobs wait`);
    if (inProgress > 0) throw new JobInUseError(jobName, `${inProgress} jobs are in progress`);
  }

  async rebuildLocks(): Promise<number> {
    const { connection, keys, scripts } = this.#options;
    await connection.ready();
    const names = await connection.redis.smembers(keys.knownJobs);
    return connection.call(scripts.rebuild(names));
  }

  #latency(next: unknown): number {
    if (!Buffer.isBuffer(next)) return 0;
    const entry = tryParse(toRaw(next));
    // What is no job will be found out when it is fetched.
    return entry ? Math.max(0, unixSeconds(this.#options.clock) - entry.enqueuedAt) : 0;
  }

  #pause(pttl: number): Pick<QueueStatus, 'paused' | 'pausedUntil'> {
    return {
      paused: pttl !== NO_KEY,
      pausedUntil: pttl > 0 ? new Date(this.#options.clock.now() + pttl) : undefined,
    };
  }
}

// What PTTL says of a key that does not exist.
const NO_KEY = -2;

function wholeNumber(text: unknown): number {
  const number = Number(text ?? 0);
  return Number.isInteger(number) ? number : 0;
}
