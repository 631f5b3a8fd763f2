import { assertJobId } from '../options/assert-record.js';
import { Job } from '../job/job.js';
import { assertJobName, isJobName } from '../job/job-name.js';
import { assertOptions, ruleBy, type OptionTable } from '../options/option-rules.js';
import { batches } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Clock } from '../base/clock.js';
import { removing } from './entries.js';
import { JobFinder, type FoundJob } from './job-finder.js';
import { knownJobNames } from './known-job-names.js';
import { Queues } from './queues.js';

/** What is known of a job that is to be cancelled. */
export interface CancelOptions {
  /** Its name: only its queue is looked into then. Default: all queues. */
  readonly jobName?: string | undefined;
}

/** What the options may be. */
export const CANCEL_OPTIONS: OptionTable<CancelOptions> = {
  jobName: ruleBy('the name of a job', assertJobName),
};

/** What became of a job that was to be cancelled. */
export type Cancellation =
  /** It waited, and will not run. */
  | {
      readonly status: 'removed';
      readonly from: 'scheduled' | 'retry' | 'queue';
      readonly job: Job;
    }
  /** It runs, and its pool has been told: its signal aborts. Should it be about to run instead, it is dropped. */
  | { readonly status: 'signalled' }
  /** It stands too deep in a long queue to be taken out, and is dropped when its turn comes; within a day. */
  | { readonly status: 'marked' }
  /** It runs in a pool of gocraft/work, which cannot be told. It goes on. */
  | { readonly status: 'ignored' }
  /** It neither waits nor runs: it is done, dead, cancelled already, or never was; or it has another name. */
  | { readonly status: 'not found' };

export interface CancellerOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

const KEYS_AT_ONCE = 500;

/**
 * Cancels a job, wherever it is. First its id is marked: from then on a pool of this project that runs it aborts it,
 * and one that fetches it drops it. Then it is looked for in the order in which jobs move, so that one that moves
 * meanwhile is met further on, or by its mark.
 */
export class Canceller {
  readonly #options: CancellerOptions;
  readonly #finder: JobFinder;
  readonly #queues: Queues;

  constructor(options: CancellerOptions) {
    this.#options = options;
    this.#finder = new JobFinder(options);
    this.#queues = new Queues(options);
  }

  async cancel(jobId: string, options: CancelOptions): Promise<Cancellation> {
    assertJobId(jobId);
    assertOptions('cancel', options, CANCEL_OPTIONS);
    const { jobName } = options;
    const { connection, keys, scripts } = this.#options;
    await connection.ready();
    const isNew = await connection.call(scripts.jobs.mark(jobId));
    const names =
      jobName === undefined
        ? (await knownJobNames(connection, keys)).filter(isJobName) // Another name may hide a pool's own list.
        : [jobName];
    const result = (await this.#signal(jobId, names)) ??
      (await this.#remove(jobId, names)) ??
      (await this.#signal(jobId, names)) ?? { status: 'not found' };
    return this.#conclude(jobId, result, isNew);
  }

  /** A mark that nobody needs any more is taken away by who has made it, or by the pool that went by it. */
  async #conclude(jobId: string, result: Cancellation, isNew: boolean): Promise<Cancellation> {
    const isNeeded = result.status === 'signalled' || result.status === 'marked';
    if (isNeeded || !isNew) return result;
    const { connection, keys } = this.#options;
    const wasThere = (await connection.redis.zrem(keys.cancelled, jobId)) === 1;
    return result.status === 'not found' && !wasThere ? { status: 'signalled' } : result;
  }

  async #signal(jobId: string, names: readonly string[]): Promise<Cancellation | undefined> {
    const { connection, keys } = this.#options;
    const lists = new Map<string, string>();
    for (const batch of batches(names, KEYS_AT_ONCE)) {
      const pipeline = connection.redis.pipeline();
      for (const name of batch) pipeline.hkeys(keys.lockInfo(name));
      for (const [index, [error, poolIds]] of ((await pipeline.exec()) ?? []).entries()) {
        if (error) throw error;
        const name = batch[index] ?? '';
        for (const id of poolIds as string[]) lists.set(keys.inProgress(name, id), id);
      }
    }
    for await (const { key } of this.#find([...lists.keys()], jobId)) {
      const isHeard = await this.#canHear(lists.get(key) ?? '');
      return { status: isHeard ? 'signalled' : 'ignored' };
    }
    return undefined;
  }

  /** A pool without a heartbeat is dead: its jobs are put back, and then the mark counts. */
  async #canHear(poolId: string): Promise<boolean> {
    const { connection, keys } = this.#options;
    const [beat, engine] = await connection.redis.hmget(
      keys.heartbeat(poolId),
      'heartbeat_at',
      'engine',
    );
    return beat === null || engine === 'nestcraft';
  }

  async #remove(jobId: string, names: readonly string[]): Promise<Cancellation | undefined> {
    const { keys } = this.#options;
    const queues = new Map(names.map((name) => [keys.queue(name), name]));
    const places = [keys.scheduled, keys.retry, ...queues.keys()];
    for await (const found of this.#find(places, jobId)) {
      const jobName = queues.get(found.key);
      const result =
        jobName === undefined
          ? await this.#removeFromSet(found)
          : await this.#removeFromQueue(found, jobName);
      if (result) return result;
    }
    return undefined;
  }

  async #removeFromSet({ key, raw, entry }: FoundJob): Promise<Cancellation | undefined> {
    const { connection, keys, scripts } = this.#options;
    const call = scripts.jobs.remove(key, 'set', [removing(keys, raw, entry)]);
    const [removed] = await connection.call(call);
    const from = key === keys.retry ? 'retry' : 'scheduled';
    return removed ? { status: 'removed', from, job: new Job(entry) } : undefined;
  }

  async #removeFromQueue(
    { key, rank, raw, entry }: FoundJob,
    jobName: string,
  ): Promise<Cancellation | undefined> {
    const total = await this.#options.connection.redis.llen(key);
    const position = Math.max(1, total - rank);
    const deletion = await this.#queues.remove(jobName, raw, { position, total });
    if (deletion === 'too deep') return { status: 'marked' };
    return deletion === 'deleted'
      ? { status: 'removed', from: 'queue', job: new Job(entry) }
      : undefined;
  }

  async *#find(keys: readonly string[], jobId: string): AsyncGenerator<FoundJob> {
    for (const batch of batches(keys, KEYS_AT_ONCE)) yield* this.#finder.find(batch, jobId);
  }
}
