import { LocalWatch } from '../alerts/local-watch.js';
import type { LocalSigns } from '../alerts/local-stalls.js';
import type { Recovery, Stall } from '../alerts/stall.js';
import { callSafely, emitSafely } from '../base/emit-safely.js';
import { performance } from '../base/timers.js';
import { errorLine } from '../errors/error-text.js';
import { UnsupportedRedisError, type NewerFormatError } from '../errors/errors.js';
import { Job } from '../job/job.js';
import type { Report } from '../logging/report.js';
import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import { WriteRefusals } from '../maintenance/write-refusals.js';
import { FATES } from '../run/fate-table.js';
import type { FinishedJob } from '../run/finished-job.js';
import { DISPATCHED_SCRIPTS } from '../scripts/running-scripts.js';
import { Drain } from './drain.js';
import { HealthReader } from './health-reader.js';
import { ManualPool } from './manual-pool.js';
import { makeActors, type PoolActors } from './pool-actors.js';
import { poolContext, type PoolContext } from './pool-context.js';
import type { PoolEmitter, WorkerPoolEvents } from './pool-events.js';
import { judge, UNREAD, type HealthAges, type PoolHealth } from './pool-health.js';
import type { PoolJobs } from './pool-jobs.js';
import type { PoolLog } from './pool-log.js';
import type { PoolSettings } from './pool-settings.js';
import { Shutdown } from './shutdown.js';
import { Startup } from './startup.js';
import { startupWarnings } from './startup-checks.js';

export interface RunningPoolOptions<Context> {
  /** The pool's id. */
  readonly id: string;
  readonly settings: PoolSettings<Context>;
  readonly jobs: PoolJobs<Context>;
  readonly log: PoolLog;
  /** The emitter of the pool's events. */
  readonly emitter: PoolEmitter;
}

/** A worker pool from its start to its stop: its actors, their reports, and the state of its connection. */
export class RunningPool<Context> {
  readonly #options: RunningPoolOptions<Context>;
  readonly #context: PoolContext<Context>;
  readonly #actors: PoolActors<Context>;
  readonly #drain: Drain;
  readonly #healthReader: HealthReader;
  readonly #localWatch: LocalWatch;
  readonly #refusals = new WriteRefusals();
  readonly #warnings = new Set<string>();
  #startup: Startup | undefined;
  #shutdown: Shutdown<Context> | undefined;
  #stopped: Promise<void> | undefined;
  /** Whether the pool is registered, and fetches jobs whenever Redis is reachable. */
  #isWorking = false;
  /** Since when Redis does not serve the pool, on the clock of `performance.now`; `undefined` while it does. */
  #awaySince: number | undefined;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: RunningPoolOptions<Context>) {
    this.#options = options;
    const { id, settings, jobs } = options;
    this.#context = poolContext({
      ...{ id, settings },
      ...{ types: jobs.types, middleware: jobs.middleware, schedules: jobs.schedules },
      report: this.#report(),
    });
    this.#actors = this.#makeActors();
    this.#drain = new Drain({ ...this.#context, ...this.#actors });
    this.#healthReader = new HealthReader(this.#context);
    this.#localWatch = new LocalWatch({
      limits: settings.alerts,
      signs: () => this.#signs(),
      now: () => this.#context.clock.now(),
      listener: {
        stalled: (stall) => this.#onStalled(stall),
        recovered: (recovery) => this.#onRecovered(recovery),
      },
    });
  }

  /** Whether Redis is connected, and the pool is registered and not stopping. */
  get isReady(): boolean {
    return this.#isWorking && this.#context.connection.isUp;
  }

  /** What stalls, in this process and, as far as this pool watches it, in the fleet. */
  get stalls(): readonly Stall[] {
    return [...this.#localWatch.stalls, ...this.#actors.fleetStalls];
  }

  /** The number of running jobs. */
  get busy(): number {
    return this.#actors.workers.busy;
  }

  /**
   * Starts the pool. Resolves after the first attempt, successful or not.
   *
   * @throws UnsupportedRedisError
   */
  async start(): Promise<void> {
    const { connection } = this.#context;
    connection.on('down', (reason) => this.#onDown(reason));
    connection.on('up', () => this.#onUp());
    this.#awaySince = performance.now();
    this.#localWatch.start();
    this.#actors.connect();
    this.#startup = this.#bringUp();
    await this.#startup.attempted;
    if (connection.downReason instanceof UnsupportedRedisError) throw connection.downReason;
  }

  /** Registers the pool without starting its loops. @throws the error that makes Redis unusable */
  async startByHand(): Promise<ManualPool> {
    await this.#actors.registry.register();
    await this.#context.connection.load(DISPATCHED_SCRIPTS);
    this.#begin();
    return new ManualPool(this.#context, this.#actors);
  }

  /** Resolves when no job waits in the pool's queues and none runs here, or when the pool stops. */
  async drained(): Promise<void> {
    await this.#drain.finished();
  }

  /** Returns the pool's health. Never rejects, because an unreachable Redis is a result, too. */
  async health(limits: HealthAges): Promise<PoolHealth> {
    const known = {
      ...{ isReady: this.isReady, busy: this.busy, ...UNREAD },
      concurrency: this.#context.settings.concurrency,
      fetchAge: this.#actors.dispatcher.fetchAge,
    };
    if (this.#shutdown) return judge(known, limits);
    return this.#healthReader.read(known, limits, {
      unregistered: this.#startup?.refusal,
      refused: this.#refusals.current,
      stalls: this.stalls.map(({ text }) => text),
    });
  }

  /** Stops the pool. It is safe to call it twice. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #stop(): Promise<void> {
    const wasWorking = this.#isWorking;
    this.#isWorking = false;
    this.#localWatch.stop();
    this.#shutdown = new Shutdown({
      ...{ pool: this.#context, actors: this.#actors, log: this.#options.log, wasWorking },
      timeout: this.#context.settings.shutdownTimeout,
      startEnded: this.#startup?.ended ?? Promise.resolve(),
    });
    this.#drain.end();
    await this.#shutdown.run();
  }

  /** Logs what the stop waits for, because it was requested again. */
  stopAgain(): void {
    this.#shutdown?.again();
  }

  #bringUp(): Startup {
    const { connection } = this.#context;
    const { registry, periodicEnqueuer } = this.#actors;
    return new Startup({
      connection,
      register: () => registry.register(),
      steps: {
        load_scripts: () => connection.load(DISPATCHED_SCRIPTS),
        look_around: () => this.#logStartupWarnings(),
        // This step precedes the requeuers, which must not move missed firings or firings of removed schedules.
        add_firings: () => periodicEnqueuer.enqueue(),
      },
      start: () => {
        this.#actors.start();
        this.#begin();
      },
      isStopping: () => this.#shutdown !== undefined,
      onError: (where, error) => this.#options.log.error(where, error),
    });
  }

  async #logStartupWarnings(): Promise<void> {
    for (const warning of await startupWarnings(this.#context)) {
      if (this.#warnings.has(warning)) continue; // An earlier attempt to start has logged it.
      this.#warnings.add(warning);
      this.#options.log.warn(warning);
    }
  }

  #begin(): void {
    this.#isWorking = true;
    this.#awaySince = undefined;
    this.#emit('ready');
  }

  #onUp(): void {
    this.#options.log.up();
    if (!this.#isWorking) return;
    this.#awaySince = undefined;
    this.#actors.reconnected();
    this.#emit('ready');
  }

  #onDown(reason: Error | undefined): void {
    if (this.#shutdown) return;
    this.#awaySince ??= performance.now();
    this.#options.log.down(reason);
    this.#emit('notReady', () => [reason]);
  }

  /** Stops: the jobs that run here end, and no other begins. */
  #onOutdated(error: NewerFormatError): void {
    if (this.#shutdown) return;
    this.#options.log.error('worker_pool.register', error);
    this.#emit('notReady', () => [error]);
    void this.stop();
  }

  #report(): Report {
    const { log } = this.#options;
    return {
      error: (where, error) => {
        this.#refusals.note(error);
        log.error(where, error);
      },
      thrown: (where, error) => log.thrown(where, error),
      warn: (message) => log.warn(message),
    };
  }

  #makeActors(): PoolActors<Context> {
    const { log } = this.#options;
    return makeActors(this.#context, {
      started: (entry) => this.#emit('started', () => [new Job(entry)]),
      settled: (job, owned) => this.#onSettled(job, owned),
      dry: () => this.#drain.dry(),
      reaped: (pool) => this.#onReaped(pool),
      rescued: (count) => log.rescued(count),
      limitChanged: (jobName, before, now) => log.limitChanged(jobName, before, now),
      outdated: (error) => this.#onOutdated(error),
      restored: () => log.restored(),
      orphaned: (count) => log.orphaned(count),
      stalled: (stall) => this.#onStalled(stall),
      recovered: (recovery) => this.#onRecovered(recovery),
    });
  }

  #onSettled(finished: FinishedJob, owned: boolean): void {
    const { jobName, entry, fate, error, duration, wait } = finished;
    this.#options.log.settled(finished, owned);
    if (!entry) return;
    if (owned && fate.kind === 'putBack') this.#shutdown?.putBack(jobName);
    const result = owned && wait !== undefined ? FATES[fate.kind].runResult : undefined;
    if (result) this.#actors.recorder.record(jobName, result, duration, wait ?? 0);
    const name = owned ? 'settled' : 'ownershipLost';
    this.#emit(name, () => [{ job: new Job(entry), fate, error, duration }]);
  }

  #onReaped(pool: ReapedPool): void {
    this.#options.log.reaped(pool);
    this.#emit('reaped', () => [pool]);
  }

  /** What the local watch judges by. After a reconnection, only an answered fetch ends a silence. */
  #signs(): LocalSigns {
    const { connection } = this.#context;
    const { heartbeater, fetchSilence } = this.#actors;
    const away = this.#awaySince === undefined ? 0 : performance.now() - this.#awaySince;
    const reason = connection.downReason && errorLine(connection.downReason);
    return {
      silence: Math.max(away, fetchSilence),
      beatAge: heartbeater.beatAge,
      reason: this.#startup?.refusal ?? reason,
    };
  }

  #onStalled(stall: Stall): void {
    const { log, settings } = this.#options;
    log.warn(`${stall.text} ${stall.remedy}`);
    this.#emit('stalled', () => [stall]);
    callSafely(settings.alerts.onStall, [stall], (error) =>
      log.thrown('worker_pool.on_stall', error),
    );
  }

  #onRecovered(recovery: Recovery): void {
    const { log, settings } = this.#options;
    log.info(`Goes on: ${recovery.text}`);
    this.#emit('recovered', () => [recovery]);
    callSafely(settings.alerts.onRecover, [recovery], (error) =>
      log.thrown('worker_pool.on_recover', error),
    );
  }

  /** Makes an event only if it has listeners, and catches their errors. */
  #emit<Name extends keyof WorkerPoolEvents>(
    name: Name,
    make?: () => WorkerPoolEvents[Name],
  ): void {
    const { emitter, log } = this.#options;
    if (emitter.listenerCount(name) === 0) return;
    emitSafely(emitter, name, make?.() ?? [], (error) =>
      log.thrown(`worker_pool.on_${name}`, error),
    );
  }
}
