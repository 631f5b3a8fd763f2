import { assertJobId } from '../options/assert-record.js';
import { InvalidOptionError } from '../errors/errors.js';
import { noteClass } from '../base/copies.js';
import { parseAttempt, type JobAttempt } from '../job/attempt.js';
import { systemClock, type Clock } from '../base/clock.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import { MetricsReader, type JobRates, type Metrics } from '../metrics/metrics.js';
import { assertOptions } from '../options/option-rules.js';
import { Keys } from '../redis/keys.js';
import { isRedisConnection, RedisConnection } from '../redis/redis-connection.js';
import { parseScheduleResult, type ScheduleResult } from '../run/schedule-result.js';
import { Scripts } from '../scripts/scripts.js';
import type { Revived } from '../scripts/job-scripts.js';
import type { BulkOptions, BulkResult } from '../stores/bulk.js';
import { Canceller, type CancelOptions, type Cancellation } from '../stores/canceller.js';
import {
  CLIENT_OPTIONS,
  METRICS_OPTIONS,
  PAUSE_OPTIONS,
  RATES_OPTIONS,
  WAITING_LIST_OPTIONS,
  type ClientOptions,
  type MetricsOptions,
  type PauseOptions,
  type RatesOptions,
  type WaitingListOptions,
} from './client-options.js';
import type { UnreadEntry } from '../stores/entries.js';
import { Fleet, type WorkerObservation, type WorkerPoolHeartbeat } from '../stores/fleet.js';
import { Integrity, type IntegrityFinding } from '../stores/integrity.js';
import { JobSet, type JobCount, type ListOptions } from '../stores/job-set.js';
import { type TimedJobRef } from '../stores/timed-jobs.js';
import { type JobList } from '../stores/timed-jobs.js';
import { type JobPage } from '../stores/timed-jobs.js';
import { type TimedJob } from '../stores/timed-jobs.js';
import { OperationBoard } from './operation-board.js';
import {
  Queues,
  type Deletion,
  type QueuePage,
  type QueueStatus,
  type WaitingJob,
  type WaitingJobRef,
} from '../stores/queues.js';

/**
 * Looks at what is in Redis, and mends it. Needs no worker pool in its process. All methods throw NotConnectedError
 * when Redis is out of reach.
 *
 * @example
 * ```ts
 * const client = new Client({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app' });
 * for (const { jobName, count } of await client.queues()) console.log(jobName, count);
 * await client.retryAllDeadJobs({ jobName: 'send_email' });
 * ```
 */
export class Client {
  static {
    noteClass('Client', this);
  }

  /** What all keys begin with. */
  readonly namespace: string;
  /** Work on many jobs that the processes of an application tell each other of, as the dashboard does. */
  readonly operations: OperationBoard;
  readonly #connection: RedisConnection;
  readonly #ownsConnection: boolean;
  readonly #queues: Queues;
  readonly #canceller: Canceller;
  readonly #fleet: Fleet;
  readonly #integrity: Integrity;
  readonly #metrics: MetricsReader;
  readonly #scheduled: JobSet;
  readonly #retry: JobSet;
  readonly #dead: JobSet;
  readonly #parts: { connection: RedisConnection; keys: Keys; clock: Clock };

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: ClientOptions) {
    assertOptions('Client', options, CLIENT_OPTIONS);
    const { redis, namespace = DEFAULT_NAMESPACE, clock = systemClock, commandTimeout } = options;
    const keys = new Keys(namespace);
    this.namespace = namespace;
    this.#ownsConnection = !isRedisConnection(redis);
    this.#connection = isRedisConnection(redis)
      ? redis
      : new RedisConnection(redis, { name: 'client', namespace, commandTimeout, unref: true });
    const scripts = new Scripts(keys, clock);
    const parts = { connection: this.#connection, keys, scripts, clock };
    this.#parts = parts;
    this.operations = new OperationBoard(parts);
    this.#queues = new Queues(parts);
    this.#canceller = new Canceller(parts);
    this.#fleet = new Fleet(parts);
    this.#integrity = new Integrity(parts);
    this.#metrics = new MetricsReader(parts);
    this.#scheduled = new JobSet({ ...parts, set: 'scheduled' });
    this.#retry = new JobSet({ ...parts, set: 'retry' });
    this.#dead = new JobSet({ ...parts, set: 'dead' });
  }

  /** All queues ever used, by name. */
  queues(): Promise<QueueStatus[]> {
    return this.#queues.list();
  }

  /** A page of 20 of the jobs that wait in a queue, next to be taken first. @throws InvalidOptionError, InvalidJobNameError */
  jobs(jobName: string, page = 1): Promise<QueuePage> {
    return this.#queues.page(jobName, page);
  }

  /**
   * Has no jobs of this name begun any more, in any process; those that run go on.
   *
   * @throws InvalidJobNameError, InvalidOptionError
   */
  async pause(jobName: string, options: PauseOptions = {}): Promise<void> {
    assertOptions('pause', options, PAUSE_OPTIONS);
    await this.#queues.pause(jobName, options.seconds);
  }

  /** Ends a pause, which idle pools notice at once. Returns whether there was one. @throws InvalidJobNameError */
  unpause(jobName: string): Promise<boolean> {
    return this.#queues.unpause(jobName);
  }

  /** The queues that are paused. */
  async pausedJobs(): Promise<QueueStatus[]> {
    return (await this.#queues.list()).filter(({ paused }) => paused);
  }

  /**
   * Limits how many jobs of a name run at once, in all processes; 0 is no limit. Running pools go by it from their
   * next fetch; a pool that starts with a `maxConcurrency` of its own for the name sets it anew.
   *
   * @throws InvalidJobNameError, InvalidOptionError
   */
  setMaxConcurrency(jobName: string, limit: number): Promise<void> {
    return this.#queues.setMaxConcurrency(jobName, limit);
  }

  /** Deletes all jobs that wait in a queue; unique ones free their claims. Those that run go on. @throws InvalidJobNameError */
  emptyQueue(jobName: string, options: Omit<BulkOptions, 'jobName'> = {}): Promise<BulkResult> {
    return this.#queues.empty(jobName, options);
  }

  /**
   * Forgets a job name that is not used any more, its pause and its limit. A scheduled job of the name that comes due
   * later is dead.
   *
   * @throws InvalidJobNameError; JobInUseError when jobs wait or are in progress, or a pool runs the name
   */
  async forgetJob(jobName: string): Promise<void> {
    await this.#queues.forget(jobName, await this.#fleet.heartbeats());
  }

  /**
   * Sets the locks of all job names to what the pools have in progress. Running pools do so for their own names once a
   * minute. Returns how many were wrong.
   */
  rebuildLocks(): Promise<number> {
    return this.#queues.rebuildLocks();
  }

  /** A page of 20 of the scheduled jobs, soonest first. @throws InvalidOptionError */
  scheduledJobs(page = 1): Promise<JobPage> {
    return this.#scheduled.page(page);
  }

  /** A page of 20 of the jobs that wait for their retry, soonest first. @throws InvalidOptionError */
  retryJobs(page = 1): Promise<JobPage> {
    return this.#retry.page(page);
  }

  /** A page of 20 of the dead jobs, longest dead first. @throws InvalidOptionError */
  deadJobs(page = 1): Promise<JobPage> {
    return this.#dead.page(page);
  }

  /**
   * Goes through all scheduled, retry or dead jobs, the latest time first, some hundred at once. Jobs that come or go
   * meanwhile may be missed or met twice.
   */
  scan(set: 'scheduled' | 'retry' | 'dead'): AsyncGenerator<readonly TimedJob[]> {
    return this.#set(set).scan();
  }

  /**
   * As `scan`, but nothing is parsed before `read()` of an entry is called: who wants few of many looks at the bytes
   * first.
   */
  scanUnread(
    set: 'scheduled' | 'retry' | 'dead',
  ): AsyncGenerator<readonly UnreadEntry<TimedJob>[]> {
    return this.#set(set).scanUnread();
  }

  /** Some of the scheduled, retry or dead jobs, by time. @throws InvalidOptionError */
  async list(set: 'scheduled' | 'retry' | 'dead', options: ListOptions = {}): Promise<JobList> {
    return this.#set(set).list(options);
  }

  /**
   * Some of the jobs that wait in a queue, next to be taken first.
   *
   * @throws InvalidOptionError, InvalidJobNameError
   */
  async listWaiting(jobName: string, options: WaitingListOptions = {}): Promise<QueuePage> {
    assertOptions('listWaiting', options, WAITING_LIST_OPTIONS);
    const { from = 0, limit = 20 } = options;
    return this.#queues.window(jobName, from, limit);
  }

  /**
   * Goes through all jobs that wait in a queue, next to be taken first. Those that leave meanwhile have others missed.
   *
   * @throws InvalidJobNameError
   */
  scanWaiting(jobName: string): AsyncGenerator<readonly WaitingJob[]> {
    return this.#queues.scan(jobName);
  }

  /** As `scanWaiting`, but nothing is parsed before `read()` of an entry is called. @throws InvalidJobNameError */
  scanUnreadWaiting(jobName: string): AsyncGenerator<readonly UnreadEntry<WaitingJob>[]> {
    return this.#queues.scanUnread(jobName);
  }

  /**
   * A job that waits in a queue; `undefined` if it stands neither where it was seen nor anywhere before, where those
   * go that wait.
   *
   * @param job its id and the position where it was seen
   * @throws InvalidOptionError, InvalidJobNameError
   */
  waitingJob(jobName: string, job: WaitingJobRef): Promise<WaitingJob | undefined> {
    return this.#queues.job(jobName, job);
  }

  /**
   * Deletes a job that waits in a queue; a unique one frees its claim. Only within 30,000 jobs of either end of the
   * queue: further in, looking for it would hold up everybody who uses Redis.
   *
   * @param job its id and the position where it was seen
   * @throws InvalidJobNameError, InvalidOptionError
   */
  deleteWaitingJob(jobName: string, job: WaitingJobRef): Promise<Deletion> {
    return this.#queues.delete(jobName, job);
  }

  /** Cancels a job, whether it waits or runs; as `Enqueuer.cancel`. @throws InvalidOptionError, InvalidJobNameError */
  cancel(jobId: string, options: CancelOptions = {}): Promise<Cancellation> {
    return this.#canceller.cancel(jobId, options);
  }

  /** How many scheduled, retry or dead jobs have a name: exact where there are 10,000 at most, else an estimate. */
  async countOf(set: 'scheduled' | 'retry' | 'dead', jobName: string): Promise<JobCount> {
    return this.#set(set).countOf(jobName);
  }

  /** How many scheduled, retry and dead jobs there are. */
  async counts(): Promise<{ scheduled: number; retry: number; dead: number }> {
    const [scheduled, retry, dead] = await Promise.all([
      this.#scheduled.count(),
      this.#retry.count(),
      this.#dead.count(),
    ]);
    return { scheduled, retry, dead };
  }

  /** The scheduled job of a run time and id; `undefined` if it is not there (any more). */
  scheduledJob(job: {
    readonly at: Date | null;
    readonly id: string;
  }): Promise<TimedJob | undefined> {
    return this.#scheduled.job(job);
  }

  /** The job that waits for its retry, of a run time and id; `undefined` if it is not there (any more). */
  retryJob(job: { readonly at: Date | null; readonly id: string }): Promise<TimedJob | undefined> {
    return this.#retry.job(job);
  }

  /** The dead job of a time of death and id; `undefined` if it is not there (any more). */
  deadJob(job: { readonly at: Date | null; readonly id: string }): Promise<TimedJob | undefined> {
    return this.#dead.job(job);
  }

  /** Redis's answer to INFO: what a health check reads. */
  async redisInfo(): Promise<string> {
    await this.#connection.ready();
    return this.#connection.redis.info();
  }

  /** What time it is for Redis, which is the time that all processes go by. */
  async redisTime(): Promise<Date> {
    await this.#connection.ready();
    const [seconds, microseconds] = await this.#connection.redis.time();
    return new Date(Number(seconds) * 1000 + Number(microseconds) / 1000);
  }

  /** Puts a scheduled job into its queue now. */
  runScheduledJob(job: TimedJobRef): Promise<Revived> {
    return this.#scheduled.enqueue(job);
  }

  /** Puts a job that waits for its retry into its queue now; its failures stay counted. */
  runRetryJob(job: TimedJobRef): Promise<Revived> {
    return this.#retry.enqueue(job);
  }

  /** Has a job that waits for its retry be dead instead, as it is. Returns whether it was there. */
  killRetryJob(job: TimedJobRef): Promise<boolean> {
    return this.#retry.kill(job);
  }

  /** Has all jobs that wait for their retry, or those of a name, be dead instead, in batches. */
  killAllRetryJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#retry.killAll(options);
  }

  /** Puts a dead job into its queue, its failures forgotten: it has all its retries again. */
  retryDeadJob(job: TimedJobRef): Promise<Revived> {
    return this.#dead.enqueue(job);
  }

  /** Puts all scheduled jobs, or those of a name, into their queues now, in batches. */
  runAllScheduledJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#scheduled.enqueueAll(options);
  }

  /** Puts all jobs that wait for their retry, or those of a name, into their queues now, in batches. */
  runAllRetryJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#retry.enqueueAll(options);
  }

  /** Puts all dead jobs, or those of a name, into their queues, in batches. What nobody knows stays. */
  retryAllDeadJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#dead.enqueueAll(options);
  }

  /** Deletes a scheduled job; a unique one frees its claim. Returns whether it was there. */
  deleteScheduledJob(job: TimedJobRef): Promise<boolean> {
    return this.#scheduled.delete(job);
  }

  /** Deletes a job that waits for its retry. Returns whether it was there. */
  deleteRetryJob(job: TimedJobRef): Promise<boolean> {
    return this.#retry.delete(job);
  }

  /** Deletes a dead job. Returns whether it was there. */
  deleteDeadJob(job: TimedJobRef): Promise<boolean> {
    return this.#dead.delete(job);
  }

  /** Deletes all scheduled jobs, or those of a name, in batches. */
  deleteAllScheduledJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#scheduled.deleteAll(options);
  }

  /** Deletes all jobs that wait for their retry, or those of a name, in batches. */
  deleteAllRetryJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#retry.deleteAll(options);
  }

  /** Deletes all dead jobs, or those of a name, in batches. */
  deleteAllDeadJobs(options: BulkOptions = {}): Promise<BulkResult> {
    return this.#dead.deleteAll(options);
  }

  /**
   * What in Redis is not as it should be: locks that do not fit, jobs that nobody will run, entries that are no jobs.
   * Looks at all names and pools, but only at the ends of long sets. Changes nothing.
   */
  integrity(): Promise<IntegrityFinding[]> {
    return this.#integrity.findings();
  }

  /** What the running worker pools say of themselves, Go's among them. */
  workerPoolHeartbeats(): Promise<WorkerPoolHeartbeat[]> {
    return this.#fleet.heartbeats();
  }

  /**
   * What the busy workers of all pools are doing.
   *
   * @param pools whose workers; default: those of all pools
   */
  async workerObservations(pools?: readonly WorkerPoolHeartbeat[]): Promise<WorkerObservation[]> {
    if (pools !== undefined) assertHeartbeats(pools);
    return this.#fleet.observations(pools ?? (await this.#fleet.heartbeats()));
  }

  /**
   * What the workers of this project did lately, in intervals and by job name.
   *
   * @throws InvalidOptionError
   */
  async metrics(options: MetricsOptions = {}): Promise<Metrics> {
    assertOptions('metrics', options, METRICS_OPTIONS);
    const { range = '1h', jobName } = options;
    return this.#metrics.metrics(range, jobName);
  }

  /**
   * What the workers of this project did in each of the last minutes, by job name. Names that did nothing are not there.
   *
   * @throws InvalidOptionError
   */
  async rates(options: RatesOptions = {}): Promise<JobRates[]> {
    assertOptions('rates', options, RATES_OPTIONS);
    return this.#metrics.rates(options.minutes ?? 30);
  }

  /**
   * The attempts of a job that failed, the newest first: the last ten, for a week. Only those of this project's workers,
   * and of jobs that are not done yet.
   */
  async attempts(jobId: string): Promise<JobAttempt[]> {
    assertJobId(jobId);
    const { connection, keys } = this.#parts;
    await connection.ready();
    const texts = await connection.redis.lrange(keys.attempts(jobId), 0, -1);
    return texts.flatMap((text) => parseAttempt(text) ?? []);
  }

  /**
   * How the last job of each schedule ended, by the schedule's id. Only those of this project's workers; forgotten with
   * a schedule that no pool registers any more.
   */
  async scheduleResults(): Promise<ReadonlyMap<string, ScheduleResult>> {
    const { connection, keys } = this.#parts;
    await connection.ready();
    const texts = await connection.redis.hgetall(keys.lastResults);
    return new Map(
      Object.entries(texts).flatMap(([schedule, text]) => {
        const result = parseScheduleResult(text);
        return result ? [[schedule, result] as const] : [];
      }),
    );
  }

  #set(set: 'scheduled' | 'retry' | 'dead'): JobSet {
    switch (set) {
      case 'scheduled':
        return this.#scheduled;
      case 'retry':
        return this.#retry;
      case 'dead':
        return this.#dead;
      default:
        throw new InvalidOptionError('set', set, '"scheduled", "retry" or "dead"');
    }
  }

  /** Closes the connection if it is the client's own. */
  close(): void {
    if (this.#ownsConnection) this.#connection.close();
  }
}

/** @throws InvalidOptionError */
function assertHeartbeats(pools: unknown): void {
  const areSome =
    Array.isArray(pools) &&
    pools.every((one: unknown) =>
      Array.isArray((one as Partial<WorkerPoolHeartbeat> | null)?.workerIds),
    );
  if (areSome) return;
  throw new InvalidOptionError('pools', pools, 'what workerPoolHeartbeats() gives, or left out');
}
