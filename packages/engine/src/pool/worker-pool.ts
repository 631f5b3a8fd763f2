import { EventEmitter } from 'node:events';
import type { Stall } from '../alerts/stall.js';
import { noteClass } from '../base/copies.js';
import { newId } from '../base/id.js';
import { shown } from '../base/shown.js';
import { cipherFor } from '../encryption/args-cipher.js';
import { Keyring } from '../encryption/keyring.js';
import { ClosedError, PoolStartedError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import type { JobArgs } from '../job/job-args.js';
import {
  isJobContract,
  jobNameOf,
  type JobContract,
  type JobNameOrContract,
} from '../job/job-contract.js';
import type { JobOptions } from '../job/job-type.js';
import type { Middleware } from '../middleware/middleware.js';
import { redisPlace } from '../redis/redis-place.js';
import type { PeriodicContractOptions, PeriodicOptions } from '../schedule/periodic-job.js';
import { BY_HAND, type ManualPool } from './manual-pool.js';
import type { WorkerPoolEvents } from './pool-events.js';
import { healthLimits, judge, UNREAD, type HealthLimits, type PoolHealth } from './pool-health.js';
import { PoolJobs } from './pool-jobs.js';
import { PoolLog } from './pool-log.js';
import type { WorkerPoolOptions } from './pool-options.js';
import { poolSettings, type PoolSettings } from './pool-settings.js';
import { RunningPool } from './running-pool.js';
import { startLine } from './start-line.js';

export type { WorkerPoolOptions } from './pool-options.js';

/**
 * Runs jobs. A pool fetches jobs for its workers, runs middleware and handlers, and writes the fate of each job to Redis.
 *
 * @example
 * ```ts
 * const pool = new WorkerPool({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app', concurrency: 10 });
 * pool.middleware(async (job, next) => {
 *   console.log(`${job.name} starts`);
 *   await next();
 * });
 * pool.job('send_email', { maxFails: 3 }, async (job) => sendEmail(job.argString('address')));
 * await pool.start();
 * process.once('SIGTERM', () => void pool.stop());
 * ```
 */
export class WorkerPool<Context = unknown> extends EventEmitter<WorkerPoolEvents> {
  static {
    noteClass('WorkerPool', this);
  }

  /** The pool's id, unique in the namespace: 24 hex digits. */
  readonly id = newId();
  readonly #settings: PoolSettings<Context>;
  readonly #log: PoolLog;
  readonly #jobs = new PoolJobs<Context>();
  #running: RunningPool<Context> | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws InvalidOptionError, UnsupportedRedisError */
  constructor(options: WorkerPoolOptions<Context>) {
    super();
    this.#settings = poolSettings(options);
    this.#log = new PoolLog(this.#settings.logger);
  }

  /** Whether the pool fetches jobs: Redis is connected, and the pool is registered and not stopping. */
  get isReady(): boolean {
    return this.#running?.isReady ?? false;
  }

  /** The maximum number of jobs that run concurrently. */
  get concurrency(): number {
    return this.#settings.concurrency;
  }

  /** The job names that have a handler in this pool. */
  get jobNames(): readonly string[] {
    return this.#jobs.names;
  }

  /**
   * What stalls: in this process, and in the fleet as far as the pool's `alerts` and `maxWaiting` watch it; empty if nothing
   * does.
   */
  get stalls(): readonly Stall[] {
    return this.#running?.stalls ?? [];
  }

  /** The number of running jobs. */
  get busy(): number {
    return this.#running?.busy ?? 0;
  }

  /**
   * Registers the handler of a job name.
   *
   * @throws InvalidJobNameError, InvalidOptionError, DuplicateJobError; PoolStartedError after `start`
   */
  job<Args = Record<string, unknown>>(jobName: string, handler: Handler<Context, Args>): this;
  job<Args = Record<string, unknown>>(
    jobName: string,
    options: JobOptions,
    handler: Handler<Context, Args>,
  ): this;
  /**
   * Registers the handler of a contract. The handler gets the arguments as the contract's schema returns them. It also runs
   * the jobs of the contract's aliases, each of which has its own `maxConcurrency`. Jobs whose arguments do not fit are dead
   * immediately.
   *
   * @throws InvalidJobNameError, InvalidOptionError, DuplicateJobError; PoolStartedError after `start`
   */
  job<Input extends JobArgs, Output>(
    contract: JobContract<Input, Output>,
    handler: Handler<Context, NoInfer<Output>>,
  ): this;
  job<Input extends JobArgs, Output>(
    contract: JobContract<Input, Output>,
    options: JobOptions,
    handler: Handler<Context, NoInfer<Output>>,
  ): this;
  job(
    job: JobNameOrContract,
    optionsOrHandler: JobOptions | Handler<Context, never>,
    maybeHandler?: Handler<Context, never>,
  ): this {
    this.#assertNotStarted(`register job ${shown(jobNameOf(job))}`);
    const [options, handler] =
      typeof optionsOrHandler === 'function'
        ? [{}, optionsOrHandler]
        : [optionsOrHandler, maybeHandler];
    if (isJobContract(job)) cipherFor(job, new Keyring(this.#settings.encryption)); // fails without keys
    this.#jobs.add(job, options, handler as Handler<Context>);
    return this;
  }

  /**
   * Registers a schedule. Each firing enqueues one job, however many pools register the schedule. A schedule stops when no
   * pool registers it any more.
   *
   * @param spec five cron fields, or six with the seconds first; `@hourly`, `@every 90s`, …: see `parseSchedule`
   * @throws InvalidScheduleError for a spec that cannot be parsed, never fires, or is already registered for the name
   * @throws InvalidJobNameError, InvalidJobArgsError, InvalidOptionError; PoolStartedError after `start`
   */
  periodicallyEnqueue(spec: string, jobName: string, options?: PeriodicOptions): this;
  /**
   * Registers a schedule for a contract's jobs. The pool checks their arguments when it starts.
   *
   * @param spec five cron fields, or six with the seconds first; `@hourly`, `@every 90s`, …: see `parseSchedule`
   * @throws InvalidScheduleError for a spec that cannot be parsed, never fires, or is already registered for the name
   * @throws InvalidJobNameError, InvalidJobArgsError, InvalidOptionError; PoolStartedError after `start`
   */
  periodicallyEnqueue<Input extends JobArgs>(
    spec: string,
    contract: JobContract<Input>,
    ...options: PeriodicContractOptions<Input>
  ): this;
  periodicallyEnqueue(spec: string, job: JobNameOrContract, options: PeriodicOptions = {}): this {
    this.#assertNotStarted(`register a schedule for ${shown(jobNameOf(job))}`);
    this.#jobs.addSchedule(spec, job, options, new Date(this.#settings.clock.now()));
    return this;
  }

  /**
   * Checks that the arguments of the schedules fit the contracts of their jobs, as `start` does.
   *
   * @throws InvalidJobArgsError
   */
  async checkSchedules(): Promise<void> {
    await this.#jobs.checkSchedules();
  }

  /**
   * Adds a middleware that runs around every job, inside the middleware that was added before.
   *
   * @throws InvalidOptionError; PoolStartedError after `start`
   */
  middleware(middleware: Middleware<Context>): this {
    this.#assertNotStarted('add middleware');
    this.#jobs.addMiddleware(middleware);
    return this;
  }

  /**
   * Starts the pool. Resolves when the pool fetches jobs. If Redis is unreachable or refuses, it resolves after the first
   * attempt: the pool then keeps trying, `health` reports the problem, and the event `ready` reports success. It is safe to
   * call it twice.
   *
   * @throws UnsupportedRedisError, InvalidJobArgsError for a schedule's arguments, ClosedError after `stop`
   */
  async start(): Promise<void> {
    if (this.#stopped) throw new ClosedError('worker pool');
    this.#started ??= this.#start();
    await this.#started;
  }

  /** Implements `startByHand` of `@nestcraft/engine/testing`. */
  async [BY_HAND](): Promise<ManualPool> {
    this.#assertNotStarted('start it by hand');
    await this.checkSchedules();
    this.#running = this.#makeRunning();
    this.#started = Promise.resolve();
    return this.#running.startByHand();
  }

  /**
   * Resolves when no job waits in the queues of this pool's job names and none of them runs here. Ignores paused queues,
   * scheduled jobs and retries. Starts the pool if necessary. Resolves early if the pool is stopped. Several callers may
   * wait at the same time.
   *
   * @throws UnsupportedRedisError, InvalidJobArgsError, ClosedError as `start` does; Redis's error if it refuses to answer
   */
  async drain(): Promise<void> {
    await this.start();
    await this.#running?.drained();
  }

  /**
   * Reports the pool's health, based on its own state and its state in Redis. Takes two round trips on the pool's own
   * connection. Does not reject when Redis is unreachable, because that is a result, too.
   *
   * @throws InvalidOptionError for a limit that is not a duration
   */
  async health(limits: HealthLimits = {}): Promise<PoolHealth> {
    const checked = healthLimits(limits);
    if (this.#running) return this.#running.health(checked);
    const { isReady, busy, concurrency } = this;
    return judge({ isReady, busy, concurrency, fetchAge: undefined, ...UNREAD }, checked);
  }

  /**
   * Stops the pool. No further job starts, and running jobs have `shutdownTimeout` to finish. Then their signals abort. Jobs
   * that still run half a second later are put back to run next, without counting a failure. Resolves when Redis has
   * recorded all of that and the pool is unregistered. It is safe to call it before `start`, or twice: the second call logs
   * what the stop waits for.
   */
  async stop(): Promise<void> {
    if (this.#stopped) this.#running?.stopAgain();
    this.#stopped ??= this.#running?.stop() ?? Promise.resolve();
    await this.#stopped;
  }

  /** Stops the pool at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    if (this.jobNames.length === 0) {
      this.#log.warn(
        'The worker pool has no jobs, so it does not start. Register handlers with job().',
      );
      return;
    }
    await this.checkSchedules();
    if (this.#stopped) return;
    if (this.#settings.announce) this.#log.info(this.#startLine());
    this.#running = this.#makeRunning();
    try {
      await this.#running.start();
    } catch (error) {
      void this.stop();
      throw error;
    }
  }

  #makeRunning(): RunningPool<Context> {
    const { id } = this;
    const [settings, jobs, log] = [this.#settings, this.#jobs, this.#log];
    return new RunningPool({ id, settings, jobs, log, emitter: this });
  }

  #startLine(): string {
    const { namespace, redis, concurrency } = this.#settings;
    const { names, schedules } = this.#jobs;
    const facts = { namespace, place: redisPlace(redis), concurrency };
    return `Worker pool starts: ${startLine({ ...facts, jobs: names, schedules: schedules.length })}`;
  }

  #assertNotStarted(action: string): void {
    if (this.#started || this.#stopped) throw new PoolStartedError(action);
  }
}
