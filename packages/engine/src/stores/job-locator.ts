import { assertJobId } from '../options/assert-record.js';
import { assertOptions } from '../options/option-rules.js';
import { CANCEL_OPTIONS, type CancelOptions } from './canceller.js';
import { shown, type ShownEntry } from './entries.js';
import { JobFinder, type FoundJob } from './job-finder.js';
import { knownQueueNames } from './known-job-names.js';
import { runningLists } from './running-lists.js';
import type { StoreContext } from './store-context.js';
import { timedJob, type JobSetName, type TimedJob } from './timed-job.js';
import { waitingJob, type WaitingJob } from './waiting-job.js';

/** Options of `Client.find`. */
export type FindOptions = CancelOptions;

/** A job, and where it is. */
export type LocatedJob =
  /** It waits in its queue. */
  | ({ readonly state: 'queued' } & WaitingJob)
  /** It waits for its time or for its retry, or is dead. */
  | ({ readonly state: JobSetName } & TimedJob)
  /** It is in progress in a pool. */
  | ({ readonly state: 'running'; readonly workerPoolId: string } & ShownEntry);

/** Finds a job by its id, wherever it is. Searches in the order in which jobs move, and the dead jobs last. */
export class JobLocator {
  readonly #context: StoreContext;
  readonly #finder: JobFinder;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#finder = new JobFinder(context);
  }

  async find(jobId: string, options: FindOptions): Promise<LocatedJob | undefined> {
    assertJobId(jobId);
    assertOptions('find', options, CANCEL_OPTIONS);
    const { connection, keys } = this.#context;
    await connection.ready();
    const { jobName } = options;
    const names = jobName === undefined ? await knownQueueNames(connection, keys) : [jobName];
    return (
      (await this.#running(jobId, names)) ??
      (await this.#waiting(jobId, names)) ??
      (await this.#running(jobId, names)) ??
      (await this.#timed(jobId, [keys.dead], jobName))
    );
  }

  async #running(jobId: string, names: readonly string[]): Promise<LocatedJob | undefined> {
    const lists = await runningLists(this.#context, names);
    for await (const { key, raw } of this.#finder.findAmong([...lists.keys()], jobId)) {
      return { state: 'running', workerPoolId: lists.get(key) ?? '', ...shown(raw) };
    }
    return undefined;
  }

  async #waiting(jobId: string, names: readonly string[]): Promise<LocatedJob | undefined> {
    const { connection, keys } = this.#context;
    const [only] = names.length === 1 ? names : [];
    const timed = await this.#timed(jobId, [keys.scheduled, keys.retry], only);
    if (timed) return timed;
    const queues = names.map((name) => keys.queue(name));
    for await (const { key, rank, raw } of this.#finder.findAmong(queues, jobId)) {
      const total = await connection.redis.llen(key);
      return { state: 'queued', ...waitingJob(raw, Math.max(1, total - rank)) };
    }
    return undefined;
  }

  async #timed(
    jobId: string,
    sets: readonly string[],
    jobName: string | undefined,
  ): Promise<LocatedJob | undefined> {
    for await (const found of this.#finder.findAmong(sets, jobId)) {
      if (jobName !== undefined && found.entry.name !== jobName) continue;
      const score = await this.#context.connection.redis.zscore(found.key, found.raw);
      if (score !== null)
        return { state: this.#setOf(found), ...timedJob(found.raw, Number(score)) };
    }
    return undefined;
  }

  #setOf({ key }: FoundJob): JobSetName {
    const { keys } = this.#context;
    if (key === keys.dead) return 'dead';
    return key === keys.retry ? 'retry' : 'scheduled';
  }
}
