import { noteClass } from '../base/copies.js';
import { systemClock } from '../base/clock.js';
import { InvalidOptionError } from '../errors/errors.js';
import { Explainer } from '../explain/explainer.js';
import type { Explanation, ExplainQuestion } from '../explain/explanation.js';
import { parseAttempt, type JobAttempt } from '../job/attempt.js';
import { MetricsReader, type JobRates, type Metrics } from '../metrics/metrics.js';
import { Stalls } from '../alerts/stalls.js';
import { Doctor, type DoctorReport } from '../doctor/doctor.js';
import type { Finding } from '../doctor/finding.js';
import { Integrity, REBUILD_LOCKS_OPTIONS, type RebuildLocksOptions } from '../doctor/integrity.js';
import type { LockRepair } from '../scripts/queue-scripts.js';
import { assertJobId } from '../options/assert-record.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import { assertOptions } from '../options/option-rules.js';
import { Keys } from '../redis/keys.js';
import { isRedisConnection, RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import { Canceller, type CancelOptions, type CancelResult } from '../stores/canceller.js';
import { Fleet, type WorkerObservation, type WorkerPoolHeartbeat } from '../stores/fleet.js';
import { JobLocator, type FindOptions, type LocatedJob } from '../stores/job-locator.js';
import { JobSet } from '../stores/job-set.js';
import { Queue } from '../stores/queue.js';
import { Queues } from '../stores/queues.js';
import { Retries } from '../stores/retries.js';
import type { StoreContext } from '../stores/store-context.js';
import {
  CLIENT_OPTIONS,
  METRICS_OPTIONS,
  RATES_OPTIONS,
  type ClientOptions,
  type MetricsOptions,
  type RatesOptions,
} from './client-options.js';
import { BulkTaskBoard } from './bulk-task-board.js';
import { RedisServer } from './redis-server.js';
import { Schedules } from './schedules.js';
import { WorkerPools } from './worker-pools.js';

/**
 * Inspects and manages the jobs, queues and pools of a namespace. It needs no worker pool in its process. All methods throw
 * NotConnectedError when Redis is unreachable.
 *
 * @example
 * ```ts
 * await using client = new Client({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app' });
 * for (const { jobName, count } of await client.queues.list()) console.log(jobName, count);
 * await client.queue('send_email').pause({ for: '10m' });
 * await client.dead.runAll({ jobName: 'send_email' });
 * ```
 */
export class Client {
  static {
    noteClass('Client', this);
  }

  /** The prefix of all keys. */
  readonly namespace: string;
  /** All queues, with their numbers of waiting jobs and waits. `queue(name)` returns a single one. */
  readonly queues: Queues;
  /** The jobs that wait for their scheduled time. */
  readonly scheduled: JobSet;
  /** The jobs that have failed and wait for their retry. */
  readonly retries: Retries;
  /** The jobs that have no retries left. */
  readonly dead: JobSet;
  /** The running worker pools. */
  readonly pools: WorkerPools;
  /** The schedules of periodic jobs. */
  readonly schedules: Schedules;
  /** What stalls in the fleet, and what has recovered. */
  readonly stalls: Stalls;
  /** Bulk tasks that the processes of an application share, such as "retry all" of the dashboard. */
  readonly bulkTasks: BulkTaskBoard;
  /** The Redis server: its clock, and its reply to INFO. */
  readonly server: RedisServer;
  readonly #context: StoreContext;
  readonly #ownsConnection: boolean;
  readonly #canceller: Canceller;
  readonly #locator: JobLocator;
  readonly #explainer: Explainer;
  readonly #fleet: Fleet;
  readonly #integrity: Integrity;
  readonly #metrics: MetricsReader;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: ClientOptions) {
    assertOptions('Client', options, CLIENT_OPTIONS);
    const { redis, namespace = DEFAULT_NAMESPACE, clock = systemClock, commandTimeout } = options;
    const keys = new Keys(namespace);
    const connection = isRedisConnection(redis)
      ? redis
      : new RedisConnection(redis, { name: 'client', namespace, commandTimeout, unref: true });
    const context = { connection, keys, scripts: new Scripts(keys, clock), clock };
    this.namespace = namespace;
    this.#context = context;
    this.#ownsConnection = connection !== redis;
    this.#canceller = new Canceller(context);
    this.#locator = new JobLocator(context);
    this.#explainer = new Explainer(context);
    this.#fleet = new Fleet(context);
    this.#integrity = new Integrity(context);
    this.#metrics = new MetricsReader(context);
    this.queues = new Queues(context);
    this.scheduled = new JobSet(context, 'scheduled');
    this.retries = new Retries(context);
    this.dead = new JobSet(context, 'dead');
    this.pools = new WorkerPools(this.#fleet);
    this.schedules = new Schedules(context);
    this.stalls = new Stalls(context);
    this.bulkTasks = new BulkTaskBoard(context);
    this.server = new RedisServer(connection);
  }

  /** Returns the queue of a job name, even if it was never used. @throws InvalidJobNameError */
  queue(jobName: string): Queue {
    return new Queue(this.#context, jobName);
  }

  /** Returns the numbers of scheduled, retry and dead jobs. */
  async counts(): Promise<{ scheduled: number; retry: number; dead: number }> {
    const [scheduled, retry, dead] = await Promise.all([
      this.scheduled.count(),
      this.retries.count(),
      this.dead.count(),
    ]);
    return { scheduled: scheduled.count, retry: retry.count, dead: dead.count };
  }

  /**
   * Returns the busy workers and the jobs that they run.
   *
   * @param pools the pools to read, as `pools.list()` returns them; default: all
   * @throws InvalidOptionError
   */
  async workers(pools?: readonly WorkerPoolHeartbeat[]): Promise<WorkerObservation[]> {
    if (pools !== undefined) assertHeartbeats(pools);
    return this.#fleet.observations(pools ?? (await this.pools.list()));
  }

  /**
   * Finds a job by its id, wherever it waits, runs or is dead. gocraft/work's format has no index, so all jobs are examined in
   * short steps: an option with the job's name makes it faster. Returns `undefined` if there is no such job, for example
   * because it is done.
   *
   * @throws InvalidOptionError, InvalidJobNameError
   */
  find(jobId: string, options: FindOptions = {}): Promise<LocatedJob | undefined> {
    return this.#locator.find(jobId, options);
  }

  /**
   * Cancels a waiting or running job, as `Enqueuer.cancel` does.
   *
   * @throws InvalidOptionError, InvalidJobNameError
   */
  cancel(jobId: string, options: CancelOptions = {}): Promise<CancelResult> {
    return this.#canceller.cancel(jobId, options);
  }

  /**
   * Explains why a job does not start, or what it does instead. One script reads all of it at one moment and takes Redis
   * about a millisecond. It searches up to 500 waiting jobs and 125 of each set, half of them at either end, and says so
   * if the job is not among them.
   *
   * @param question a job's id, `{ id, job }`, `{ job }` for a name, or `{ job, key }` for a unique job
   * @throws InvalidOptionError, UnknownOptionError, InvalidJobNameError; InvalidJobArgsError for a key that JSON cannot
   * express
   *
   * @example
   * ```ts
   * const { verdict, reasons } = await client.explain({ id, job: 'send_email' });
   * for (const { text, remedy } of reasons) console.log(`${text} ${remedy}`);
   * ```
   */
  async explain(question: ExplainQuestion): Promise<Explanation> {
    return this.#explainer.explain(question);
  }

  /**
   * Returns the failed attempts of a job, the newest first. Redis keeps the last ten for a week. Only workers of this
   * project record attempts, and a job that is done has none.
   *
   * @throws InvalidOptionError
   */
  async attempts(jobId: string): Promise<JobAttempt[]> {
    assertJobId(jobId);
    const { connection, keys } = this.#context;
    await connection.ready();
    const texts = await connection.redis.lrange(keys.attempts(jobId), 0, -1);
    return texts.flatMap((text) => parseAttempt(text) ?? []);
  }

  /** Returns the numbers, results and times of the runs of this project's workers, in intervals and by job name. @throws InvalidOptionError */
  async metrics(options: MetricsOptions = {}): Promise<Metrics> {
    assertOptions('metrics', options, METRICS_OPTIONS);
    const { range = '1h', jobName } = options;
    return this.#metrics.metrics(range, jobName);
  }

  /**
   * Returns how many jobs the workers of this project ran in each of the last minutes, by job name. Omits idle names.
   *
   * @throws InvalidOptionError
   */
  async rates(options: RatesOptions = {}): Promise<JobRates[]> {
    assertOptions('rates', options, RATES_OPTIONS);
    return this.#metrics.rates(options.minutes ?? 30);
  }

  /**
   * Finds inconsistencies in Redis: wrong locks, jobs that no pool will run, entries that are not jobs. Examines all names
   * and pools, but only both ends of long sets. Changes nothing.
   */
  integrity(): Promise<Finding[]> {
    return this.#integrity.findings();
  }

  /**
   * Examines Redis, the worker pools and the jobs of the namespace: settings that endanger jobs, missing permissions, clocks,
   * dead pools, names that no pool handles, and everything that `integrity` finds. Changes nothing. A check that Redis does
   * not answer, as some managed ones do, is `unknown`.
   */
  doctor(): Promise<DoctorReport> {
    return new Doctor(this.#context).examine();
  }

  /**
   * Sets the locks of all job names to the numbers of jobs in progress. Returns what was wrong. With `dryRun` it changes
   * nothing, and returns exactly what it would change. Running pools do the same for their own names once a minute.
   *
   * @throws InvalidOptionError
   */
  async rebuildLocks(options: RebuildLocksOptions = {}): Promise<LockRepair[]> {
    assertOptions('rebuildLocks', options, REBUILD_LOCKS_OPTIONS);
    return this.#integrity.rebuildLocks(options);
  }

  /** Closes the connection, unless it is shared. */
  close(): void {
    if (this.#ownsConnection) this.#context.connection.close();
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
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
  throw new InvalidOptionError('pools', pools, 'the result of client.pools.list(), or omitted');
}
