import { assertJobId } from '../options/assert-record.js';
import { Job } from '../job/job.js';
import { assertJobName } from '../job/job-name.js';
import { assertOptions, ruleBy, type OptionTable } from '../options/option-rules.js';
import { removeParams } from './entries.js';
import { JobFinder, type FoundJob } from './job-finder.js';
import { knownQueueNames } from './known-job-names.js';
import { QueueEntries } from './queue-entries.js';
import { runningLists } from './running-lists.js';
import type { StoreContext } from './store-context.js';

/** Options of `cancel`. */
export interface CancelOptions {
  /** The job's name, which limits the search to its queue. Default: all queues. */
  readonly jobName?: string | undefined;
}

/** The rules of these options. */
export const CANCEL_OPTIONS: OptionTable<CancelOptions> = {
  jobName: ruleBy('the name of a job', assertJobName),
};

/** The result of cancelling a job. */
export type CancelResult =
  /** The job waited, and will not run. */
  | {
      readonly status: 'removed';
      readonly from: 'scheduled' | 'retry' | 'queue';
      readonly job: Job;
    }
  /** The job runs, and its signal aborts. If it is only about to run, it is dropped. */
  | { readonly status: 'signalled' }
  /** The job is too deep in a long queue to be removed. It is dropped if its turn comes within a day. */
  | { readonly status: 'marked' }
  /** The job runs in a pool of gocraft/work, which cannot abort jobs. It continues. */
  | { readonly status: 'ignored' }
  /** The job neither waits nor runs: it is done, dead, already cancelled or unknown, or has another name. */
  | { readonly status: 'notFound' };

/**
 * Cancels a job, wherever it is. It first marks the id. From then on, a pool of this project that runs the job aborts it, and
 * a pool that fetches the job drops it. It then searches in the order in which jobs move. If the job moves in the meantime,
 * a later step finds it, or its mark takes effect.
 */
export class Canceller {
  readonly #context: StoreContext;
  readonly #finder: JobFinder;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#finder = new JobFinder(context);
  }

  async cancel(jobId: string, options: CancelOptions): Promise<CancelResult> {
    assertJobId(jobId);
    assertOptions('cancel', options, CANCEL_OPTIONS);
    const { jobName } = options;
    const { connection, keys, scripts } = this.#context;
    await connection.ready();
    const isNew = await connection.call(scripts.jobs.mark(jobId));
    const names = jobName === undefined ? await knownQueueNames(connection, keys) : [jobName];
    const result = (await this.#signal(jobId, names)) ??
      (await this.#remove(jobId, names)) ??
      (await this.#signal(jobId, names)) ?? { status: 'notFound' };
    return this.#conclude(jobId, result, isNew);
  }

  /** Removes the mark if it is no longer needed and this call made it. Otherwise the pool that observed it removes it. */
  async #conclude(jobId: string, result: CancelResult, isNew: boolean): Promise<CancelResult> {
    const isNeeded = result.status === 'signalled' || result.status === 'marked';
    if (isNeeded || !isNew) return result;
    const { connection, keys } = this.#context;
    const wasThere = (await connection.redis.zrem(keys.cancelled, jobId)) === 1;
    return result.status === 'notFound' && !wasThere ? { status: 'signalled' } : result;
  }

  async #signal(jobId: string, names: readonly string[]): Promise<CancelResult | undefined> {
    const lists = await runningLists(this.#context, names);
    for await (const { key } of this.#finder.findAmong([...lists.keys()], jobId)) {
      const isHeard = await this.#canHear(lists.get(key) ?? '');
      return { status: isHeard ? 'signalled' : 'ignored' };
    }
    return undefined;
  }

  /** Returns whether the pool heeds marks. A pool without a heartbeat is dead: its jobs are put back, and then the mark counts. */
  async #canHear(poolId: string): Promise<boolean> {
    const { connection, keys } = this.#context;
    const [beat, engine] = await connection.redis.hmget(
      keys.heartbeat(poolId),
      'heartbeat_at',
      'engine',
    );
    return beat === null || engine === 'nestcraft';
  }

  async #remove(jobId: string, names: readonly string[]): Promise<CancelResult | undefined> {
    const { keys } = this.#context;
    const queues = new Map(names.map((name) => [keys.queue(name), name]));
    const places = [keys.scheduled, keys.retry, ...queues.keys()];
    for await (const found of this.#finder.findAmong(places, jobId)) {
      const jobName = queues.get(found.key);
      const result =
        jobName === undefined
          ? await this.#removeFromSet(found)
          : await this.#removeFromQueue(found, jobName);
      if (result) return result;
    }
    return undefined;
  }

  async #removeFromSet({ key, raw, entry }: FoundJob): Promise<CancelResult | undefined> {
    const { connection, keys, scripts } = this.#context;
    const call = scripts.jobs.remove(key, 'set', [removeParams(keys, raw, entry)]);
    const [removed] = await connection.call(call);
    const from = key === keys.retry ? 'retry' : 'scheduled';
    return removed ? { status: 'removed', from, job: new Job(entry) } : undefined;
  }

  async #removeFromQueue(
    { key, rank, raw, entry }: FoundJob,
    jobName: string,
  ): Promise<CancelResult | undefined> {
    const total = await this.#context.connection.redis.llen(key);
    const position = Math.max(1, total - rank);
    const entries = new QueueEntries(this.#context, jobName);
    const { status } = await entries.remove(raw, { position, total });
    if (status === 'tooDeep') return { status: 'marked' };
    return status === 'deleted'
      ? { status: 'removed', from: 'queue', job: new Job(entry) }
      : undefined;
  }
}
