import { Auditor, type KnownJob } from '../maintenance/auditor.js';
import { CancelWatcher } from '../maintenance/cancel-watcher.js';
import { Carrying } from '../run/carrying.js';
import { stopwatchOf, type Clock } from '../base/clock.js';
import { asCurrentJob, noteFollowing } from '../middleware/current-job.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { DeadPoolReaper, type ReapedPool } from '../maintenance/dead-pool-reaper.js';
import { Fetcher } from '../dispatch/fetcher.js';
import { HealthReader } from './health-reader.js';
import { Heartbeater } from '../heartbeat/heartbeater.js';
import { JobCancelledError, JobLostError } from '../errors/errors.js';
import { newId } from '../base/id.js';
import type { JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import { Recorder } from '../metrics/recorder.js';
import { LostJobs } from '../maintenance/lost-jobs.js';
import { Observer } from '../maintenance/observer.js';
import { PeriodicEnqueuer } from '../maintenance/periodic-enqueuer.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import { Prefetch } from '../run/prefetch.js';
import { PoolRegistry } from './pool-registry.js';
import type { PoolTimes } from './pool-settings.js';
import { PrioritySampler } from '../dispatch/priority-sampler.js';
import type { Propagator } from '../middleware/propagator.js';
import type { Random } from '../base/random.js';
import type { Keys } from '../redis/keys.js';
import { RedisConnection } from '../redis/redis-connection.js';
import type { RedisSource } from '../redis/redis-source.js';
import { Scripts } from '../scripts/scripts.js';
import type { Registration } from '../scripts/pool-scripts.js';
import { Requeuer } from '../maintenance/requeuer.js';
import { Rescuer } from '../maintenance/rescuer.js';
import { Settler } from '../dispatch/settler.js';
import { Waker } from '../dispatch/waker.js';
import { Worker } from '../run/worker.js';
import { Finisher, type FinishedJob } from '../run/finished-job.js';
import { heldClaim, holdsClaim } from '../job/unique-key.js';
import { Workers } from '../run/workers.js';
import { performance } from '../base/timers.js';

export interface PoolActorsOptions<Context> {
  readonly poolId: string;
  readonly redis: RedisSource;
  readonly namespace: string;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: PoolTimes;
  readonly concurrency: number;
  readonly maxDeaths: number;
  readonly rescueUnknownJobs: boolean;
  readonly mapError: (error: unknown) => unknown;
  readonly propagators: readonly Propagator[];
  /** Whether jobs run as the current job. */
  readonly currentJob: boolean;
  /** With their middleware around the handlers. */
  readonly types: ReadonlyMap<string, JobType<Context>>;
  readonly periodicJobs: readonly PeriodicJob[];
  readonly context: () => Context | Promise<Context>;
  readonly onStarted: (entry: JobEntry) => void;
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
  readonly onDry: () => void;
  readonly onReaped: (pool: ReapedPool) => void;
  /** Jobs were brought back that a Go pool had declared dead. */
  readonly onRescued: (count: number) => void;
  /** The limit of a name was another before. */
  readonly onLimitChanged: (jobName: string, before: number, now: number) => void;
  /** Redis had forgotten the pool, or what it is for. */
  readonly onForgotten: () => void;
  /** Jobs were in progress that no worker knew of. */
  readonly onStrangers: (count: number) => void;
  /** Something that was survived, and that the user should know. */
  readonly onWarning: (message: string) => void;
  /** An error that an actor has survived, and where. */
  readonly onError: (where: string, error: unknown) => void;
  /** Code that the pool was given has thrown, which was survived, and where. */
  readonly onThrown: (where: string, error: unknown) => void;
}

/**
 * Makes the actors of a pool and ties them together. They do not know each other: each is given the functions that
 * it needs.
 */
export class PoolActors<Context> {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly workers: Workers<Context>;
  readonly dispatcher: Dispatcher;
  readonly heartbeater: Heartbeater;
  /** Has Redis know the pool. */
  readonly registry: PoolRegistry;
  readonly periodicEnqueuer: PeriodicEnqueuer;
  readonly reaper: DeadPoolReaper;
  readonly auditor: Auditor;
  readonly recorder: Recorder;
  readonly healthReader: HealthReader;
  readonly #cancelWatcher: CancelWatcher;
  readonly #rescuer: Rescuer | undefined;
  readonly #options: PoolActorsOptions<Context>;
  readonly #wakerConnection: RedisConnection;
  readonly #carrying: Carrying | undefined;
  readonly #slots: readonly Worker<Context>[];
  readonly #prefetch: Prefetch;
  /** The names by what is watched of them. */
  readonly #namesByKey: ReadonlyMap<string, string>;
  readonly #waker: Waker;
  readonly #retryRequeuer: Requeuer;
  readonly #scheduledRequeuer: Requeuer;
  readonly #observer: Observer;
  readonly #lostJobs: LostJobs;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: PoolActorsOptions<Context>) {
    this.#options = options;
    const { redis, namespace, keys, clock, timing } = options;
    noteFollowing(options.currentJob);
    this.connection = new RedisConnection(redis, {
      name: 'pool',
      namespace,
      commandTimeout: timing.commandTimeout,
    });
    this.#wakerConnection = this.connection.sibling('waker');
    this.scripts = new Scripts(keys, clock);
    this.#carrying = options.propagators.length > 0 ? this.#makeCarrying() : undefined;
    this.#slots = this.#makeSlots();
    this.#prefetch = this.#makePrefetch();
    this.workers = this.#makeWorkers();
    this.#lostJobs = this.#makeLostJobs();
    this.#namesByKey = new Map(
      [...options.types.keys()].flatMap((name) =>
        [keys.queue(name), ...keys.settingsOf(name), keys.lock(name)].map((key) => [key, name]),
      ),
    );
    this.#waker = this.#makeWaker();
    this.dispatcher = this.#makeDispatcher();
    this.#retryRequeuer = this.#makeRequeuer('retry');
    this.#scheduledRequeuer = this.#makeRequeuer('scheduled');
    this.#observer = this.#makeObserver();
    this.heartbeater = this.#makeHeartbeater();
    this.registry = this.#makeRegistry();
    this.periodicEnqueuer = this.#makePeriodicEnqueuer();
    this.reaper = this.#makeReaper();
    this.auditor = this.#makeAuditor();
    this.recorder = this.#makeRecorder();
    this.healthReader = this.#makeHealthReader();
    this.#cancelWatcher = this.#makeCancelWatcher();
    this.#rescuer = options.rescueUnknownJobs ? this.#makeRescuer() : undefined;
  }

  /** Connects; nothing is fetched yet. */
  connect(): void {
    this.#waker.start();
  }

  /** Moves the jobs that are due to their queues. */
  async requeueDue(): Promise<void> {
    await this.#retryRequeuer.requeueDue();
    await this.#scheduledRequeuer.requeueDue();
  }

  /** Sets everybody to work. The pool must be registered. */
  start(): void {
    this.heartbeater.start();
    this.registry.start();
    this.#observer.start();
    this.dispatcher.start();
    this.#retryRequeuer.start();
    this.#scheduledRequeuer.start();
    this.periodicEnqueuer.start();
    this.reaper.start();
    this.auditor.start();
    this.recorder.start();
    this.#cancelWatcher.start();
    this.#rescuer?.start();
  }

  /** Stops everybody but the dispatcher and the connections. */
  async stop(): Promise<void> {
    await Promise.all([
      this.#retryRequeuer.stop(),
      this.#scheduledRequeuer.stop(),
      this.#observer.stop(),
      this.periodicEnqueuer.stop(),
      this.reaper.stop(),
      this.auditor.stop(),
      this.recorder.stop(),
      this.#cancelWatcher.stop(),
      this.#rescuer?.stop(),
      this.registry.stop(),
      this.heartbeater.stop(),
    ]);
  }

  close(): void {
    this.#wakerConnection.close();
    this.connection.close();
  }

  #makeSlots(): Worker<Context>[] {
    const { concurrency, context, clock } = this.#options;
    return Array.from(
      { length: concurrency },
      () =>
        new Worker({
          id: newId(),
          context,
          now: () => clock.now(),
          elapsed: stopwatchOf(clock),
          onCheckin: () => this.#observer.touch(),
        }),
    );
  }

  /** Not where the first death of a process is the death of its jobs: all that were fetched would die. */
  #makePrefetch(): Prefetch {
    const { types, maxDeaths } = this.#options;
    return new Prefetch(
      namesOf(
        types,
        (type) => Boolean(type.maxConcurrency) || holdsClaims(type) || maxDeaths === 1,
      ),
    );
  }

  #makeWorkers(): Workers<Context> {
    const { types, keys, clock, random, mapError, onWarning, onStarted } = this.#options;
    return new Workers({
      workers: this.#slots,
      types: new Map([...types].map(([name, type]) => [name, this.#inContext(type)])),
      finisher: new Finisher({ keys, now: () => clock.now(), random, mapError, onWarning }),
      now: () => clock.now(),
      onStarted: (entry) => {
        this.#observer.touch();
        onStarted(entry);
      },
      onFinished: (job) => {
        this.#observer.touch();
        this.dispatcher.settle(this.#carrying?.noted(job) ?? job);
      },
      prefetch: this.#prefetch,
      elapsed: () => performance.now(),
      onOverdue: () => void this.dispatcher.between(() => this.workers.giveBackOverdue()),
    });
  }

  /** The type with a handler that runs as the current job, in the context that was carried to it. */
  #inContext(type: JobType<Context>): JobType<Context> {
    const handler = this.#carrying?.around(type.handler) ?? type.handler;
    return { ...type, handler: this.#options.currentJob ? asCurrentJob(handler) : handler };
  }

  #makeCarrying(): Carrying {
    const { propagators, keys } = this.#options;
    return new Carrying({
      propagators,
      connection: this.connection,
      keys,
      onError: (error) => this.#options.onThrown('propagator.restore', error),
    });
  }

  #makeWaker(): Waker {
    return new Waker({
      connection: this.#wakerConnection,
      watched: this.connection,
      onChange: (keys) => this.#wake(keys),
      onError: this.#reporter('waker.watch'),
    });
  }

  #makeDispatcher(): Dispatcher {
    const { poolId, onSettled } = this.#options;
    const settled = (job: FinishedJob, owned: boolean): void => {
      this.#lostJobs.ended(job.raw, job.entry?.id, owned);
      onSettled(job, owned);
    };
    return new Dispatcher({
      connection: this.connection,
      settler: new Settler({
        poolId,
        scripts: this.scripts,
        onSettled: settled,
        onLocksWrong: () => this.auditor.wake(),
        onError: this.#reporter('settler.settle'),
      }),
      fetcher: this.#makeFetcher(),
      onError: this.#reporter('dispatcher.dispatch'),
    });
  }

  #makeFetcher(): Fetcher {
    const { poolId, types, random, timing, onDry } = this.#options;
    return new Fetcher({
      poolId,
      scripts: this.scripts,
      sampler: new PrioritySampler(types.values(), random),
      uniqueUntil: (jobName) => types.get(jobName)?.uniqueUntil ?? 'started',
      demand: () => this.workers.demand,
      mayPrefetch: (jobName) => this.#prefetch.allows(jobName),
      isWatching: () => this.#waker.isWatching,
      onFetched: (entries) => this.workers.take(entries),
      onUnfit: (entries) => this.workers.putBack(entries),
      onLocksWrong: () => this.auditor.wake(),
      onError: this.#reporter('fetcher.fetch'),
      onDry,
      safetyPoll: timing.safetyPoll,
    });
  }

  #makeRequeuer(set: 'retry' | 'scheduled'): Requeuer {
    const { clock, types } = this.#options;
    return new Requeuer({
      set,
      connection: this.connection,
      scripts: this.scripts,
      now: () => clock.now(),
      ownNames: new Set(types.keys()),
      knowsNames: () => this.registry.isComplete(),
      isWatching: () => this.#waker.isWatching,
      onError: this.#reporter('requeuer.requeue_due'),
    });
  }

  #makeObserver(): Observer {
    const { keys, timing } = this.#options;
    return new Observer({
      connection: this.connection,
      keys,
      scripts: this.scripts,
      workers: this.#slots,
      onError: this.#reporter('observer.observe'),
      interval: timing.observe,
    });
  }

  #makeHeartbeater(): Heartbeater {
    const { poolId, types, concurrency, periodicJobs, keys, clock, timing } = this.#options;
    return new Heartbeater({
      poolId,
      workerIds: this.#slots.map(({ id }) => id),
      jobNames: [...types.keys()],
      concurrency,
      schedules: periodicJobs,
      connection: this.connection,
      keys,
      scripts: this.scripts,
      clock,
      onError: (error) => {
        this.reaper.bePatient(); // Others may not be able to beat, either.
        this.#options.onError('heartbeater.beat', error);
      },
      onWarning: this.#options.onWarning,
      interval: timing.heartbeat,
      stuckAfter: timing.stuckAfter,
    });
  }

  #makeRegistry(): PoolRegistry {
    const { poolId, types, onLimitChanged, onForgotten } = this.#options;
    return new PoolRegistry({
      poolId,
      registration: registrationOf(types),
      connection: this.connection,
      scripts: this.scripts,
      beat: () => this.heartbeater.beat(),
      onLimitChanged,
      onLost: () => {
        this.periodicEnqueuer.wake();
        this.auditor.wake();
        this.dispatcher.wake();
        onForgotten();
      },
      onError: this.#reporter('pool_registry.restore'),
    });
  }

  #makeLostJobs(): LostJobs {
    const { connection, scripts } = this;
    return new LostJobs({ connection, scripts, onError: this.#reporter('lost_jobs.forgive') });
  }

  #makePeriodicEnqueuer(): PeriodicEnqueuer {
    const { periodicJobs, keys, clock } = this.#options;
    return new PeriodicEnqueuer({
      jobs: periodicJobs,
      connection: this.connection,
      keys,
      scripts: this.scripts,
      clock,
      onError: this.#reporter('periodic_enqueuer.enqueue'),
    });
  }

  #makeReaper(): DeadPoolReaper {
    const { poolId, keys, clock, maxDeaths, timing, onReaped } = this.#options;
    return new DeadPoolReaper({
      poolId,
      connection: this.connection,
      keys,
      scripts: this.scripts,
      now: () => clock.now(),
      maxDeaths,
      onReaped,
      onStandstill: () => this.auditor.wake(),
      onError: this.#reporter('dead_pool_reaper.reap'),
      interval: timing.reap,
    });
  }

  #makeAuditor(): Auditor {
    const { poolId, types, keys, timing, onStrangers } = this.#options;
    return new Auditor({
      poolId,
      jobNames: [...types.keys()],
      connection: this.connection,
      keys,
      scripts: this.scripts,
      between: (work) => this.#quietly(work),
      running: () =>
        this.workers.running.map(({ jobName, raw, entry }) => ({
          ...{ jobName, raw },
          claim: holdsClaim(entry) ? heldClaim(keys, entry) : undefined,
        })),
      unsettled: () => this.dispatcher.unsettled,
      onStrangers,
      onLost: (jobs) => this.#lose(jobs),
      onError: this.#reporter('auditor.audit'),
      interval: timing.audit,
    });
  }

  #makeRecorder(): Recorder {
    return new Recorder({
      connection: this.connection,
      scripts: this.scripts,
      onError: this.#reporter('recorder.flush'),
      interval: this.#options.timing.metrics,
    });
  }

  #makeHealthReader(): HealthReader {
    const { poolId, types, keys, clock } = this.#options;
    const { connection, scripts } = this;
    return new HealthReader({
      ...{ poolId, jobNames: [...types.keys()] },
      ...{ connection, keys, scripts, clock },
    });
  }

  #makeCancelWatcher(): CancelWatcher {
    return new CancelWatcher({
      connection: this.connection,
      scripts: this.scripts,
      between: (work) => this.#quietly(work),
      running: () => this.workers.running.map(({ entry }) => entry.id),
      isWatching: () => this.#waker.isWatching,
      onCancelled: (ids) => this.#cancel(ids),
      onError: this.#reporter('cancel_watcher.look'),
    });
  }

  #makeRescuer(): Rescuer {
    const { keys, clock, onRescued, timing } = this.#options;
    return new Rescuer({
      connection: this.connection,
      keys,
      scripts: this.scripts,
      clock,
      onRescued,
      onError: this.#reporter('rescuer.rescue'),
      interval: timing.rescue,
    });
  }

  /** Between two rounds, when what is in progress is what workers run, or what is to be settled. */
  #quietly(work: () => Promise<void>): Promise<void> {
    return this.dispatcher.between(async () => {
      this.workers.giveBack();
      await work();
    });
  }

  #cancel(ids: ReadonlySet<string>): void {
    this.workers.interrupt(({ entry: { name, id } }) =>
      ids.has(id) ? new JobCancelledError(name, id) : undefined,
    );
  }

  #lose(jobs: readonly KnownJob[]): void {
    const lost = new Set(jobs.map(({ raw }) => raw));
    const runs = this.workers.running.map(({ entry: { id }, raw }) => ({ id, raw }));
    this.#lostJobs.noticed(runs.filter(({ raw }) => lost.has(raw)));
    this.workers.interrupt(({ raw, entry: { name, id } }) =>
      lost.has(raw) ? new JobLostError(name, id) : undefined,
    );
  }

  /** Wakes whoever reads the changed keys. */
  #wake(changed: readonly string[] | undefined): void {
    const { retry, scheduled, cancelled } = this.#options.keys;
    if (!changed) this.registry.wake(); // Redis may have been flushed.
    if (!changed || changed.includes(retry)) this.#retryRequeuer.wake();
    if (!changed || changed.includes(scheduled)) this.#scheduledRequeuer.wake();
    if (!changed || changed.includes(cancelled)) this.#cancelWatcher.wake();
    const jobNames = changed?.flatMap((key) => this.#namesByKey.get(key) ?? []);
    if (!jobNames || jobNames.length > 0) this.dispatcher.wake(jobNames);
  }

  #reporter(where: string): (error: unknown) => void {
    return (error) => this.#options.onError(where, error);
  }
}

function namesOf<Context>(
  types: ReadonlyMap<string, JobType<Context>>,
  which: (type: JobType<Context>) => boolean,
): Set<string> {
  return new Set([...types.values()].filter(which).map(({ name }) => name));
}

function registrationOf<Context>(types: ReadonlyMap<string, JobType<Context>>): Registration {
  const limits = [...types.values()].flatMap(({ name, maxConcurrency }) =>
    maxConcurrency === undefined ? [] : [[name, maxConcurrency] as const],
  );
  return { jobNames: [...types.keys()], limits: new Map(limits) };
}

/** Whether unique jobs of the type hold their claims until they are done. */
function holdsClaims({ uniqueUntil }: Pick<JobType, 'uniqueUntil'>): boolean {
  return uniqueUntil !== 'started';
}
