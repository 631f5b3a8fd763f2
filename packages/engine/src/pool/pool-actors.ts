import { watchesFleet, FleetWatch } from '../alerts/fleet-watch.js';
import type { Stall, StallListener } from '../alerts/stall.js';
import { stopwatchOf } from '../base/clock.js';
import { newId } from '../base/id.js';
import { every, jittered, paced } from '../base/loop.js';
import { performance } from '../base/timers.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { Fetcher } from '../dispatch/fetcher.js';
import { PrioritySampler } from '../dispatch/priority-sampler.js';
import { Settler } from '../dispatch/settler.js';
import { Waker } from '../dispatch/waker.js';
import { JobCancelledError, JobLostError, type NewerFormatError } from '../errors/errors.js';
import { Heartbeater } from '../heartbeat/heartbeater.js';
import type { JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import { heldClaim, holdsClaim } from '../job/unique-key.js';
import { Auditor, type KnownJob } from '../maintenance/auditor.js';
import { CancelWatcher } from '../maintenance/cancel-watcher.js';
import { DeadPoolReaper, type ReapedPool } from '../maintenance/dead-pool-reaper.js';
import { LostJobs } from '../maintenance/lost-jobs.js';
import { Observer } from '../maintenance/observer.js';
import { PeriodicEnqueuer } from '../maintenance/periodic-enqueuer.js';
import { Requeuer } from '../maintenance/requeuer.js';
import { Rescuer } from '../maintenance/rescuer.js';
import { Recorder } from '../metrics/recorder.js';
import { CarrierScope } from '../middleware/carrier-scope.js';
import { noteFollowing } from '../middleware/current-job.js';
import { Keyring } from '../encryption/keyring.js';
import { handlerStack } from '../middleware/handler-stack.js';
import type { FinishedJob } from '../run/finished-job.js';
import { Finisher } from '../run/finisher.js';
import { Prefetch } from '../run/prefetch.js';
import { Worker } from '../run/worker.js';
import { Workers } from '../run/workers.js';
import type { Registration } from '../scripts/pool-scripts.js';
import type { PoolContext } from './pool-context.js';
import { PoolRegistry } from './pool-registry.js';

/** The events that the actors report to their pool. */
export interface ActorEvents extends StallListener {
  /** A worker has started a job. */
  readonly started: (entry: JobEntry) => void;
  /** A job's run has ended. If `owned`, the job still belonged to this pool and Redis has recorded its fate. */
  readonly settled: (job: FinishedJob, owned: boolean) => void;
  /** A fetch found nothing to run. */
  readonly dry: () => void;
  /** This pool has taken over the jobs of a dead pool. */
  readonly reaped: (pool: ReapedPool) => void;
  /** Jobs that a Go pool had declared dead are back in their queues. */
  readonly rescued: (count: number) => void;
  /** The pool has replaced the limit of a name. */
  readonly limitChanged: (jobName: string, before: number, now: number) => void;
  /** A newer version has written data that this pool must not touch. */
  readonly outdated: (error: NewerFormatError) => void;
  /** Redis had lost the pool's registration, or its job names, and has them again. */
  readonly restored: () => void;
  /** Orphans, jobs in progress that no worker ran, were put back. */
  readonly orphaned: (count: number) => void;
}

/** The actors that a pool uses directly, and the operations on all of them together. */
export interface PoolActors<Context> {
  readonly workers: Workers<Context>;
  readonly dispatcher: Dispatcher;
  readonly heartbeater: Heartbeater;
  readonly registry: PoolRegistry;
  readonly periodicEnqueuer: PeriodicEnqueuer;
  readonly recorder: Recorder;
  /** What stalls in the fleet. */
  readonly fleetStalls: readonly Stall[];
  /** Milliseconds for which Redis has not answered the fetches for idle workers; 0 while no worker is idle. */
  readonly fetchSilence: number;
  /** Moves due jobs to their queues. */
  requeueDue(): Promise<void>;
  /** Connects. Fetches nothing yet. */
  connect(): void;
  /** Starts all actors. The pool must be registered. */
  start(): void;
  /** Makes all actors check Redis immediately after a reconnection: Redis may have lost data, or a reply was lost. */
  reconnected(): void;
  /** Stops all actors except the dispatcher. */
  stop(): Promise<void>;
  /** Closes the connections. */
  close(): void;
}

// In milliseconds. Only this check detects that Redis has lost its data without dropping the connection.
const RESTORE = 6_000;
// A fetch is repeated every two seconds, and a lost one is noticed after five.
const UNANSWERED_AFTER = 15_000;
const AFTER_ERROR = 1_000;
const AFTER_FAILED_RESCUE = 5_000;

/**
 * Makes the actors of a pool and connects them, from top to bottom. They do not know each other: each gets the pool's
 * context and the functions that it needs. A function may refer to an actor further down, because nothing runs before
 * `start`.
 *
 * @throws UnsupportedRedisError, InvalidOptionError
 */
export function makeActors<Context>(
  pool: PoolContext<Context>,
  events: ActorEvents,
): PoolActors<Context> {
  const { id: poolId, settings, types, connection, keys, scripts, clock, random, report } = pool;
  const { timing, maxDeaths, propagators } = settings;
  const now = (): number => clock.now();
  const reported = (where: string) => (error: unknown) => report.error(where, error);
  const reporting = (where: string, afterError = AFTER_ERROR) => ({
    afterError,
    onError: reported(where),
  });
  noteFollowing(settings.currentJob);

  // Running jobs.
  const slots = Array.from(
    { length: settings.concurrency },
    () =>
      new Worker({
        id: newId(),
        context: settings.context,
        now,
        elapsed: stopwatchOf(clock),
        onCheckin: () => observer.touch(),
      }),
  );
  const observer = new Observer({ ...pool, workers: slots });
  const prefetch = new Prefetch(namesWithoutPrefetch(types, maxDeaths));
  const workers = new Workers({
    workers: slots,
    types: stacked(pool),
    finisher: new Finisher({
      ...{ keys, now, random },
      mapError: settings.mapError,
      mayHaveCarriers: propagators.length > 0,
      onWarning: (message) => report.warn(message),
    }),
    now,
    onStarted: (entry) => {
      observer.touch();
      events.started(entry);
    },
    onFinished: (job) => {
      observer.touch();
      dispatcher.settle(job);
    },
    prefetch,
    elapsed: () => performance.now(),
    onOverdue: () => void dispatcher.between(() => workers.giveBackOverdue()),
  });

  // Fetching and settling jobs.
  const watched = watchedKeys(pool);
  const wakerConnection = connection.sibling('waker');
  const waker = new Waker({
    connection: wakerConnection,
    watched: connection,
    onChange: (changed) => wake(changed),
    onError: reported('waker.watch'),
  });
  const isWatching = (): boolean => waker.isWatching;
  const lostJobs = new LostJobs(pool);
  const dispatcher = new Dispatcher({
    connection,
    settler: new Settler({
      ...{ poolId, scripts },
      onSettled: (job, owned) => {
        lostJobs.ended(job.raw, job.entry?.id, owned);
        events.settled(job, owned);
      },
      onLocksWrong: () => auditing.poke(),
      onError: reported('settler.settle'),
    }),
    fetcher: new Fetcher({
      ...{ poolId, scripts, isWatching },
      sampler: new PrioritySampler(types.values(), random),
      uniqueUntil: (jobName) => types.get(jobName)?.uniqueUntil ?? 'started',
      demand: () => workers.demand,
      mayPrefetch: (jobName) => prefetch.allows(jobName),
      onFetched: (entries) => workers.take(entries),
      onUnfit: (entries) => workers.putBack(entries),
      onLocksWrong: () => auditing.poke(),
      onError: reported('fetcher.fetch'),
      onDry: events.dry,
      safetyPoll: timing.safetyPoll,
    }),
    onError: reported('dispatcher.dispatch'),
  });

  const fetchSilence = (): number =>
    workers.busy < settings.concurrency ? (dispatcher.fetchAge ?? 0) : 0;
  const unanswered = (): number => {
    const silence = fetchSilence();
    return silence > UNANSWERED_AFTER ? Math.floor(silence / 1000) : 0;
  };

  /** Runs `work` between two rounds, when a worker runs each job in progress or the job is about to be settled. */
  const between = (work: () => Promise<void>): Promise<void> =>
    dispatcher.between(async () => {
      workers.giveBack();
      await work();
    });

  // Registering the pool and keeping it registered.
  const onBeatFailed = (error: unknown): void => {
    reaper.bePatient(); // Other pools may be unable to beat, too.
    report.error('heartbeater.beat', error);
  };
  const heartbeater = new Heartbeater({
    ...pool,
    workerIds: slots.map(({ id }) => id),
    unanswered,
    onError: onBeatFailed,
    onThreadEnded: () => beating.poke(),
  });
  const beating = paced(heartbeater, {
    afterError: Math.min(timing.heartbeat, AFTER_ERROR),
    onError: onBeatFailed,
  });
  const registry = new PoolRegistry({
    ...pool,
    registration: registrationOf(types),
    beat: () => heartbeater.beat(),
    onLimitChanged: events.limitChanged,
    onOutdated: events.outdated,
    onLost: () => {
      addFiringsAgain();
      auditing.poke();
      dispatcher.wake();
      events.restored();
    },
  });
  const restoring = every(
    jittered(RESTORE),
    () => registry.restore(),
    reporting('pool_registry.restore'),
  );

  // Moving due jobs.
  const ownNames = new Set(types.keys());
  const knowsNames = (): Promise<boolean> => registry.isComplete();
  const ofNames = { ownNames, knowsNames, isWatching };
  const retryRequeuer = new Requeuer({ ...pool, ...ofNames, set: 'retry' });
  const requeuingRetries = paced(retryRequeuer, reporting('requeuer.requeue_due'));
  const scheduledRequeuer = new Requeuer({ ...pool, ...ofNames, set: 'scheduled' });
  const requeuingScheduled = paced(scheduledRequeuer, reporting('requeuer.requeue_due'));
  const periodicEnqueuer = new PeriodicEnqueuer(pool);
  const enqueuing = paced(periodicEnqueuer, reporting('periodic_enqueuer.enqueue'));
  const addFiringsAgain = (): void => {
    periodicEnqueuer.expire();
    enqueuing.poke();
  };

  // Recovering lost jobs.
  const reaper = new DeadPoolReaper({
    ...pool,
    onReaped: events.reaped,
    onStandstill: () => auditing.poke(),
  });
  const reaping = paced(reaper, reporting('dead_pool_reaper.reap', timing.reap));
  const auditor = new Auditor({
    ...pool,
    between,
    running: () =>
      workers.running.map(({ jobName, raw, entry }) => ({
        ...{ jobName, raw },
        claim: holdsClaim(entry) ? heldClaim(keys, entry) : undefined,
      })),
    unsettled: () => dispatcher.unsettled,
    onOrphans: events.orphaned,
    onLost: (jobs) => lose(jobs, workers, lostJobs),
  });
  const auditing = every(jittered(timing.audit), () => auditor.audit(), reporting('auditor.audit'));
  const rescuer = new Rescuer({ ...pool, onRescued: events.rescued });
  const rescuing = every(
    jittered(timing.rescue),
    () => rescuer.rescue(),
    reporting('rescuer.rescue', AFTER_FAILED_RESCUE),
  );

  // Cancelling and counting jobs.
  const cancelWatcher = new CancelWatcher({
    ...{ connection, scripts, between, isWatching },
    running: () => workers.running.map(({ entry }) => entry.id),
    onCancelled: (ids) => cancel(ids, workers),
  });
  const cancelling = paced(cancelWatcher, reporting('cancel_watcher.look'));
  const recorder = new Recorder(pool);
  const recording = every(
    () => timing.metrics,
    () => recorder.flush(),
    reporting('recorder.flush', timing.metrics),
  );

  // Alerting.
  const limits = { ...settings.alerts, maxWaiting: maxWaitingOf(types) };
  const { interval } = settings.alerts;
  const fleetWatch = new FleetWatch({ ...pool, limits, interval, listener: events });
  const watching = paced(fleetWatch, reporting('fleet_watch.look', interval));

  /** Wakes the readers of the changed keys, or all of them if Redis may have been flushed. */
  const wake = (changed: readonly string[] | undefined): void => {
    if (!changed) restoring.poke();
    if (!changed || changed.includes(keys.retry)) requeuingRetries.poke();
    if (!changed || changed.includes(keys.scheduled)) requeuingScheduled.poke();
    if (!changed || changed.includes(keys.cancelled)) cancelling.poke();
    const jobNames = changed?.flatMap((key) => watched.get(key) ?? []);
    if (!jobNames || jobNames.length > 0) dispatcher.wake(jobNames);
  };
  const others = [
    ...[requeuingRetries, requeuingScheduled, enqueuing, reaping, auditing, recording, cancelling],
    ...(settings.rescueUnknownJobs ? [rescuing] : []),
    ...(watchesFleet(limits) ? [watching] : []),
  ];

  return {
    ...{ workers, dispatcher, heartbeater, registry, periodicEnqueuer, recorder },
    get fleetStalls() {
      return fleetWatch.stalls;
    },
    get fetchSilence() {
      return fetchSilence();
    },
    async requeueDue() {
      await retryRequeuer.requeueDue();
      await scheduledRequeuer.requeueDue();
    },
    connect() {
      connection.on('up', () => heartbeater.follow());
      waker.start();
    },
    start() {
      for (const one of [beating, restoring, observer, dispatcher, ...others]) one.start();
    },
    reconnected() {
      restoring.poke();
      heartbeater.beat().catch(reported('heartbeater.beat'));
      dispatcher.wake();
      reaper.bePatient();
      auditing.poke();
    },
    async stop() {
      const lastCounts = async (): Promise<void> => {
        await recording.stop();
        if (connection.isUp) await recorder.flush();
      };
      const stopping = [beating, restoring, observer, heartbeater, ...others];
      await Promise.all([...stopping.map((one) => one.stop()), lastCounts()]);
    },
    close() {
      wakerConnection.close();
      connection.close();
    },
  };
}

/** Returns the job types with all layers of the pool around their handlers. */
function stacked<Context>(pool: PoolContext<Context>): Map<string, JobType<Context>> {
  const { settings, types, middleware, connection, keys, report } = pool;
  const { currentJob, propagators, encryption } = settings;
  const onError = (error: unknown): void => report.thrown('propagator.restore', error);
  const carriers =
    propagators.length > 0
      ? new CarrierScope({ propagators, connection, keys, onError })
      : undefined;
  const onLateNext = ({ message }: Error): void => report.warn(message);
  const keyring = new Keyring(encryption);
  const layers = { currentJob, carriers, keyring, middleware, onLateNext };
  return new Map(
    [...types].map(([name, type]) => [name, { ...type, handler: handlerStack(type, layers) }]),
  );
}

/**
 * Returns the names whose jobs are never prefetched. With a limit or a claim, a job that does not run yet would hold a
 * slot or the claim. With a `maxDeaths` of 1, a crash would kill every prefetched job as well.
 */
function namesWithoutPrefetch(
  types: ReadonlyMap<string, JobType<never>>,
  maxDeaths: number,
): Set<string> {
  const holdsClaims = ({ uniqueUntil }: JobType<never>): boolean => uniqueUntil !== 'started';
  return new Set(
    [...types.values()]
      .filter((type) => Boolean(type.maxConcurrency) || holdsClaims(type) || maxDeaths === 1)
      .map(({ name }) => name),
  );
}

/** Returns the job names by the keys that are watched for them. */
function watchedKeys({
  jobNames,
  keys,
}: Pick<PoolContext, 'jobNames' | 'keys'>): Map<string, string> {
  return new Map(
    jobNames.flatMap((name) =>
      [keys.queue(name), ...keys.settingsOf(name), keys.lock(name)].map((key) => [key, name]),
    ),
  );
}

function registrationOf(types: ReadonlyMap<string, JobType<never>>): Registration {
  const limits = [...types.values()].flatMap(({ name, maxConcurrency }) =>
    maxConcurrency === undefined ? [] : [[name, maxConcurrency] as const],
  );
  return { jobNames: [...types.keys()], limits: new Map(limits) };
}

/** Returns how long the next job of each name may wait, in milliseconds. */
function maxWaitingOf(types: ReadonlyMap<string, JobType<never>>): Map<string, number> {
  const limits = [...types.values()].flatMap(({ name, maxWaiting }) =>
    maxWaiting === undefined ? [] : [[name, maxWaiting] as const],
  );
  return new Map(limits);
}

type Interruptible = Pick<Workers<unknown>, 'running' | 'interrupt'>;

function cancel(ids: ReadonlySet<string>, workers: Interruptible): void {
  workers.interrupt(({ entry: { name, id } }) =>
    ids.has(id) ? new JobCancelledError(name, id) : undefined,
  );
}

/** Interrupts jobs that run here but no longer belong to this pool. */
function lose(jobs: readonly KnownJob[], workers: Interruptible, lostJobs: LostJobs): void {
  const lost = new Set(jobs.map(({ raw }) => raw));
  const runs = workers.running.map(({ entry: { id }, raw }) => ({ id, raw }));
  lostJobs.noticed(runs.filter(({ raw }) => lost.has(raw)));
  workers.interrupt(({ raw, entry: { name, id } }) =>
    lost.has(raw) ? new JobLostError(name, id) : undefined,
  );
}
