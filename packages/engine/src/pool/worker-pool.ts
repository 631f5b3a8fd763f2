import { EventEmitter } from 'node:events';
import { noteClass } from '../base/copies.js';
import { systemClock, type Clock } from '../base/clock.js';
import { counted } from '../base/counted.js';
import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import { Drain } from './drain.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import {
  ClosedError,
  DuplicateJobError,
  InvalidOptionError,
  InvalidScheduleError,
  PoolStartedError,
  UnsupportedRedisError,
} from '../errors/errors.js';
import { errorLine } from '../errors/error-text.js';
import { assertOptions } from '../options/option-rules.js';
import type { Fate } from '../run/fate.js';
import { healthLimits, judge, type HealthLimits, type PoolHealth } from './pool-health.js';
import { newId } from '../base/id.js';
import { Job } from '../job/job.js';
import type { JobArgs } from '../job/job-args.js';
import { jobNameOf, type JobContract, type JobNameOrContract } from '../job/job-contract.js';
import { jobTypes, type JobOptions, type JobType } from '../job/job-type.js';
import { consoleLogger } from '../logging/logger.js';
import type { RunResult } from '../metrics/tally.js';
import { BY_HAND, ManualPool } from './manual-pool.js';
import { compose, type Middleware } from '../middleware/middleware.js';
import { type Handler } from '../job/handler.js';
import {
  checkPeriodicJob,
  periodicJob,
  type PeriodicContractOptions,
  type PeriodicJob,
  type PeriodicOptions,
} from '../schedule/periodic-job.js';
import { PoolActors } from './pool-actors.js';
import { type WorkerPoolEvents } from './pool-events.js';
import { tell } from '../base/tell.js';
import { PoolLog } from './pool-log.js';
import { POOL_DEFAULTS, POOL_OPTIONS, type WorkerPoolOptions } from './pool-options.js';
import { Keys } from '../redis/keys.js';
import { redisPlace } from '../redis/redis-place.js';
import { redisProblem, refuses } from '../redis/redis-problem.js';
import { DISPATCHED_SCRIPTS } from '../scripts/running-scripts.js';
import { shown } from '../base/shown.js';
import { Shutdown } from './shutdown.js';
import { startLine } from './start-line.js';
import { Startup } from './startup.js';
import { StopLog } from './stop-log.js';
import { dangers } from './surroundings.js';
import type { FinishedJob } from '../run/finished-job.js';
import { WriteRefusals } from '../maintenance/write-refusals.js';

export type { WorkerPoolOptions } from './pool-options.js';

/** As what a run is counted; one that was snoozed or put back is not over. */
const RESULTS: Readonly<Partial<Record<Fate['kind'], RunResult>>> = {
  done: 'done',
  retry: 'failed',
  dropped: 'failed',
  dead: 'dead',
};

/**
 * Runs jobs: fetches them for its workers, runs middleware and handlers, and writes what became of each. The only
 * place that makes the pool's actors and ties them together.
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

  /** This pool among all that share the namespace: 24 hex digits. */
  readonly id = newId();
  readonly #options: WorkerPoolOptions<Context>;
  readonly #concurrency: number;
  readonly #shutdownTimeout: number;
  readonly #maxDeaths: number;
  readonly #clock: Clock;
  readonly #keys: Keys;
  readonly #log: PoolLog;
  readonly #refusals = new WriteRefusals();
  readonly #types = new Map<string, JobType<Context>>();
  readonly #middleware: Middleware<Context>[] = [];
  readonly #periodicJobs: PeriodicJob[] = [];
  #actors: PoolActors<Context> | undefined;
  #startup: Startup | undefined;
  #drain: Drain | undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #stopLog: StopLog | undefined;
  #working = false;
  #downReason: Error | undefined;

  /** @throws InvalidOptionError */
  constructor(options: WorkerPoolOptions<Context>) {
    super();
    assertOptions('WorkerPool', options, POOL_OPTIONS);
    const {
      namespace = DEFAULT_NAMESPACE,
      concurrency = POOL_DEFAULTS.concurrency,
      shutdownTimeout = POOL_DEFAULTS.shutdownTimeout,
      maxDeaths = POOL_DEFAULTS.maxDeaths,
      clock = systemClock,
      logger = consoleLogger,
    } = options;
    this.#options = options;
    this.#maxDeaths = maxDeaths;
    this.#concurrency = concurrency;
    this.#shutdownTimeout = shutdownTimeout;
    this.#clock = clock;
    this.#keys = new Keys(namespace);
    this.#log = new PoolLog(logger);
  }

  /** Whether jobs are being fetched: Redis is connected, the pool registered and not stopping. */
  get isReady(): boolean {
    return this.#working && this.#actors?.connection.isUp === true;
  }

  /** How many jobs run at once at most. */
  get concurrency(): number {
    return this.#concurrency;
  }

  /** The job names that have a handler here. */
  get jobNames(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** How many jobs run now. */
  get busy(): number {
    return this.#actors?.workers.busy ?? 0;
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
   * Registers the handler of a contract, which gets what the schema makes of the arguments; also for the jobs of its
   * aliases, each of which has its own `maxConcurrency`. Jobs whose arguments do not fit are dead at once.
   *
   * @throws as above
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
    const types = jobTypes(job, options, handler as Handler<Context>);
    const taken = types.find(({ name }) => this.#types.has(name));
    if (taken) throw new DuplicateJobError(taken.name);
    for (const type of types) this.#types.set(type.name, type);
    return this;
  }

  /**
   * Has a job enqueued whenever the schedule fires, once in the whole fleet however many pools say so. A schedule that
   * no pool registers any more stops.
   *
   * @param spec five cron fields, or six with the seconds first; `@hourly`, `@every 90s`, …: see `parseSchedule`
   * @throws InvalidScheduleError for a spec that cannot be read, never fires, or is registered for the name already
   * @throws InvalidJobNameError, InvalidJobArgsError, InvalidOptionError; PoolStartedError after `start`
   */
  periodicallyEnqueue(spec: string, jobName: string, options?: PeriodicOptions): this;
  /** The same by a contract, whose arguments are checked when the pool starts. */
  periodicallyEnqueue<Input extends JobArgs>(
    spec: string,
    contract: JobContract<Input>,
    ...options: PeriodicContractOptions<Input>
  ): this;
  periodicallyEnqueue(spec: string, job: JobNameOrContract, options: PeriodicOptions = {}): this {
    this.#assertNotStarted(`register a schedule for ${shown(jobNameOf(job))}`);
    const added = periodicJob(spec, job, options, new Date(this.#clock.now()));
    if (this.#periodicJobs.some(({ id }) => id === added.id)) {
      throw new InvalidScheduleError(
        spec,
        `it is registered for "${added.jobName}" already`,
        'Register it once, or give one of them another name.',
      );
    }
    this.#periodicJobs.push(added);
    return this;
  }

  /**
   * Checks that the arguments of the schedules fit the contracts of their jobs, as `start` does.
   *
   * @throws InvalidJobArgsError
   */
  async checkSchedules(): Promise<void> {
    await Promise.all(this.#periodicJobs.map(checkPeriodicJob));
  }

  /** Has `middleware` run around every job, inside of what was registered before. @throws PoolStartedError */
  middleware(middleware: Middleware<Context>): this {
    this.#assertNotStarted('add middleware');
    if (typeof middleware !== 'function') {
      throw new InvalidOptionError('middleware', middleware, 'a function (job, next, context)');
    }
    this.#middleware.push(middleware);
    return this;
  }

  /**
   * Starts the pool. Resolves when it fetches jobs; or, when Redis is out of reach or refuses, after the first attempt:
   * the pool then goes on trying, `health` says what is wrong, and `ready` tells when it has succeeded. Safe to call twice.
   *
   * @throws UnsupportedRedisError, InvalidJobArgsError for a schedule's, ClosedError after `stop`
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
    const actors = this.#prepare();
    this.#started = Promise.resolve();
    await actors.registry.register();
    await actors.connection.load(DISPATCHED_SCRIPTS);
    this.#working = true;
    this.#tell('ready');
    return new ManualPool({
      actors,
      jobNames: [...this.#types.keys()],
      periodicJobs: this.#periodicJobs,
      propagators: this.#options.propagators ?? [],
      keys: this.#keys,
      clock: this.#clock,
    });
  }

  /**
   * Resolves when no job waits in the queues of this pool's job names and none of them runs here. Paused queues are
   * passed over; so are jobs that wait for a retry or their time. Starts the pool if need be; resolves early when it
   * is stopped. Several may wait for it at once.
   *
   * @throws what `start` throws; what Redis says when it refuses to tell
   */
  async drain(): Promise<void> {
    await this.start();
    await this.#drain?.finished();
  }

  /**
   * How the pool is: by its own state, and by what Redis says of it on the pool's own connection. That takes two round
   * trips. Never rejects for Redis's sake: that it is out of reach is an answer.
   *
   * @throws InvalidOptionError for limits that make no sense
   */
  async health(limits: HealthLimits = {}): Promise<PoolHealth> {
    const checked = healthLimits(limits);
    const actors = this.#actors;
    const known = { ...this.#figures(), ...UNREAD };
    if (!actors || this.#isStopping()) return judge(known, checked);
    if (!actors.connection.isUp)
      return judge(known, checked, { unreachable: notConnected(actors.connection.downReason) });
    const unregistered = this.#startup?.refusal;
    if (unregistered !== undefined) return judge(known, checked, { unregistered });
    try {
      const figures = { ...known, ...(await actors.healthReader.read()) };
      return judge(figures, checked, { refused: this.#refusals.current });
    } catch (error) {
      return judge(known, checked, { unreachable: redisProblem(error) });
    }
  }

  /** What the pool knows of itself. */
  #figures(): Pick<PoolHealth, 'isReady' | 'busy' | 'concurrency' | 'fetchAge'> {
    const fetchAge = this.#actors?.dispatcher.fetchAge;
    return {
      ...{ isReady: this.isReady, busy: this.busy, concurrency: this.#concurrency },
      fetchAge: fetchAge === undefined ? undefined : fetchAge / 1000,
    };
  }

  /**
   * Stops the pool: no job is begun any more; those that run get `shutdownTimeout`. Then their signals abort, and who
   * still runs half a second later is put back, to be run next, without counting a failure. Resolves when all that is
   * in Redis, and the pool off the books. Safe to call before `start`, and twice: the log then says what it waits for.
   */
  async stop(): Promise<void> {
    if (this.#stopped) this.#stopLog?.again();
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #start(): Promise<void> {
    if (this.#types.size === 0) {
      this.#log.warn(
        'The worker pool has no jobs; it does not start. Register handlers with job().',
      );
      return;
    }
    await this.checkSchedules();
    if (this.#isStopping()) return;
    if (this.#options.announce ?? true) this.#log.info(this.#startLine());
    const actors = this.#prepare();
    actors.connection.on('down', (reason) => this.#onDown(reason));
    actors.connection.on('up', () => this.#onUp(actors));
    actors.connect();
    this.#startup = this.#bringUp(actors);
    await this.#startup.attempted;
    const { downReason } = actors.connection;
    if (downReason instanceof UnsupportedRedisError) {
      void this.stop();
      throw downReason;
    }
  }

  #startLine(): string {
    const { namespace = DEFAULT_NAMESPACE, redis } = this.#options;
    const facts = { namespace, place: redisPlace(redis), concurrency: this.#concurrency };
    const jobs = { jobs: this.jobNames, schedules: this.#periodicJobs.length };
    return `Worker pool starts: ${startLine({ ...facts, ...jobs })}`;
  }

  #prepare(): PoolActors<Context> {
    const actors = this.#makeActors();
    const { connection, dispatcher, workers } = actors;
    this.#actors = actors;
    const queues = { jobNames: this.jobNames, keys: this.#keys };
    this.#drain = new Drain({ ...queues, connection, dispatcher, workers });
    return actors;
  }

  #bringUp(actors: PoolActors<Context>): Startup {
    const { connection, registry, periodicEnqueuer } = actors;
    return new Startup({
      connection,
      register: () => registry.register(),
      steps: {
        load_scripts: () => connection.load(DISPATCHED_SCRIPTS),
        look_around: () => this.#warnOfDangers(actors),
        // Before the requeuers run: what was missed, or belongs to no schedule any more, shall not be moved.
        add_firings: () => periodicEnqueuer.enqueue(),
      },
      start: () => {
        actors.start();
        this.#working = true;
        this.#tell('ready');
      },
      isStopping: () => this.#isStopping(),
      onError: (where, error) => this.#log.error(where, error),
    });
  }

  async #warnOfDangers({ connection, scripts }: PoolActors<Context>): Promise<void> {
    const around = { keys: this.#keys, scripts, clock: this.#clock };
    const scheduled = this.#periodicJobs.map(({ jobName }) => jobName);
    const found = await dangers(connection, around, this.jobNames, scheduled);
    for (const danger of found) this.#log.warn(danger);
  }

  async #stop(): Promise<void> {
    const actors = this.#actors;
    if (!actors) return;
    const wasWorking = this.#working;
    this.#working = false;
    this.#drain?.end();
    const stopLog = new StopLog({
      ...{ log: this.#log, timeout: this.#shutdownTimeout },
      running: () => actors.workers.running.map(({ jobName }) => jobName),
    });
    this.#stopLog = stopLog;
    await new Shutdown({
      ...{ poolId: this.id, jobNames: this.jobNames, actors, log: this.#log, stopLog, wasWorking },
      timeout: this.#shutdownTimeout,
      startEnded: this.#startup?.ended ?? Promise.resolve(),
    }).run();
  }

  #composedTypes(): Map<string, JobType<Context>> {
    const onLate = ({ message }: Error): void => this.#log.warn(message);
    return new Map(
      [...this.#types].map(([name, type]) => [
        name,
        { ...type, handler: compose(this.#middleware, type.handler, onLate) },
      ]),
    );
  }

  #onSettled(finished: FinishedJob, owned: boolean): void {
    const { jobName, entry, fate, error, duration, wait } = finished;
    this.#log.settled(finished, owned);
    if (!entry) return;
    if (owned && fate.kind === 'putBack') this.#stopLog?.putBack(jobName);
    const result = owned && wait !== undefined ? RESULTS[fate.kind] : undefined;
    if (result) this.#actors?.recorder.record(jobName, result, duration, wait ?? 0);
    const name = owned ? 'settled' : 'ownershipLost';
    this.#tell(name, () => [{ job: new Job(entry), fate, error, duration }]);
  }

  #makeActors(): PoolActors<Context> {
    const { redis, timing = {}, random = Math.random, context } = this.#options;
    const { rescueUnknownJobs, mapError, propagators, currentJob } = this.#options;
    return new PoolActors({
      poolId: this.id,
      redis,
      namespace: this.#options.namespace ?? DEFAULT_NAMESPACE,
      keys: this.#keys,
      clock: this.#clock,
      random,
      timing,
      concurrency: this.#concurrency,
      maxDeaths: this.#maxDeaths,
      rescueUnknownJobs: rescueUnknownJobs ?? false,
      mapError: mapError ?? ((error) => error),
      propagators: propagators ?? [],
      currentJob: currentJob ?? false,
      periodicJobs: this.#periodicJobs,
      types: this.#composedTypes(),
      context: context ?? (() => ({}) as Context),
      onStarted: (entry) => this.#tell('started', () => [new Job(entry)]),
      onSettled: (job, owned) => this.#onSettled(job, owned),
      onDry: () => this.#drain?.dry(),
      onReaped: (pool) => this.#onReaped(pool),
      onRescued: (count) =>
        this.#log.warn(
          `Back in their queues, where a Go pool had declared them dead: ${counted(count, 'job')}`,
        ),
      onLimitChanged: (name, before, now) =>
        this.#log.warn(`maxConcurrency of "${name}" was ${before}; this pool has set it to ${now}`),
      onForgotten: () =>
        this.#log.warn(
          'Redis did not know this pool, or its jobs, any more: it has lost data, or took the pool for dead. They are registered again',
        ),
      onStrangers: (count) =>
        this.#log.warn(
          `In progress, but known to no worker, and to run again: ${counted(count, 'job')}`,
        ),
      onWarning: (message) => this.#log.warn(message),
      onError: (where, error) => {
        this.#refusals.note(error);
        this.#log.error(where, error);
      },
      onThrown: (where, error) => this.#log.thrown(where, error),
    });
  }

  #onReaped(pool: ReapedPool): void {
    const { poolId, requeued, dead } = pool;
    this.#log.warn(
      `Worker pool ${poolId} is dead; of its jobs ${counted(requeued, 'runs', 'run')} again and ${counted(dead, 'is', 'are')} dead`,
    );
    this.#tell('reaped', () => [pool]);
  }

  #onUp({ heartbeater, registry, dispatcher, reaper, auditor }: PoolActors<Context>): void {
    this.#log.up();
    this.#downReason = undefined;
    if (!this.#working) return;
    // A Redis that was restarted empty, or an eager reaper, may have forgotten this pool.
    registry.wake();
    heartbeater.beat().catch((error: unknown) => this.#log.error('heartbeater.beat', error));
    dispatcher.wake();
    reaper.bePatient();
    auditor.wake();
    this.#tell('ready');
  }

  #onDown(reason: Error | undefined): void {
    if (this.#isStopping()) return;
    this.#downReason = reason ?? this.#downReason;
    this.#log.down(reason);
    this.#tell('notReady', () => [reason]);
  }

  #isStopping(): boolean {
    return this.#stopped !== undefined;
  }

  /** Makes an event only for those who listen, and survives them. */
  #tell<Name extends keyof WorkerPoolEvents>(
    name: Name,
    make?: () => WorkerPoolEvents[Name],
  ): void {
    if (this.listenerCount(name) === 0) return;
    tell(this, name, make?.() ?? [], (error) => this.#log.thrown(`worker_pool.on_${name}`, error));
  }

  #assertNotStarted(action: string): void {
    if (this.#started || this.#stopped) throw new PoolStartedError(action);
  }
}

/** What is known of a pool as long as Redis was not asked. */
const UNREAD = { beatAge: undefined, oldestWaiting: undefined, unhandled: [] };

function notConnected(reason: Error | undefined): string {
  if (reason === undefined) return 'Redis does not answer: the pool is not connected to it.';
  if (refuses(reason)) return redisProblem(reason);
  return `Redis does not answer: the pool is not connected to it (${errorLine(reason)}).`;
}
