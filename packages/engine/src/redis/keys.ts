import { assertNamespace } from '../options/namespace.js';

/**
 * Every key of a namespace, as gocraft/work names them. A queue's bookkeeping keys are its own key with a suffix;
 * the scripts rely on that to derive them.
 */
export class Keys {
  /** What every key starts with: the namespace and a colon, or nothing. */
  readonly prefix: string;
  /** What the keys start with that gocraft/work does not know. */
  readonly own: string;

  /** @throws InvalidOptionError */
  constructor(namespace: string) {
    assertNamespace(namespace);
    this.prefix = namespace === '' || namespace.endsWith(':') ? namespace : `${namespace}:`;
    this.own = `${this.prefix}nestcraft:`;
  }

  /** Set: every job name ever seen. */
  get knownJobs(): string {
    return `${this.prefix}known_jobs`;
  }

  /** List: the waiting jobs of a name; pushed on the left, taken from the right. */
  queue(jobName: string): string {
    return `${this.prefix}jobs:${jobName}`;
  }

  /** List: the jobs of a name that a pool is running. */
  inProgress(jobName: string, poolId: string): string {
    return `${this.queue(jobName)}:${poolId}:inprogress`;
  }

  /** String: exists while the name is paused. */
  paused(jobName: string): string {
    return `${this.queue(jobName)}:paused`;
  }

  /** String, whole number: how many jobs of the name are in progress in all pools. */
  lock(jobName: string): string {
    return `${this.queue(jobName)}:lock`;
  }

  /** Hash, pool id → whole number: each pool's share of the lock. */
  lockInfo(jobName: string): string {
    return `${this.queue(jobName)}:lock_info`;
  }

  /** String, whole number: how many jobs of the name may run at once; missing or 0 is no limit. */
  maxConcurrency(jobName: string): string {
    return `${this.queue(jobName)}:max_concurrency`;
  }

  /** What tells whether jobs of the name may be taken from their queue: beside how many wait and run, its settings. */
  settingsOf(jobName: string): readonly string[] {
    return [this.paused(jobName), this.maxConcurrency(jobName)];
  }

  /** Sorted set: failed jobs by when they run again. */
  get retry(): string {
    return `${this.prefix}retry`;
  }

  /** Sorted set: jobs by when they are to run. */
  get scheduled(): string {
    return `${this.prefix}scheduled`;
  }

  /** Sorted set: jobs that will not run again, by when they died. */
  get dead(): string {
    return `${this.prefix}dead`;
  }

  /** String: a unique job's claim that no other like it waits. `1`, or the job that shall run instead of it. */
  unique(jobName: string, keyText: string): string {
    return `${this.prefix}unique:${jobName}:${keyText}`;
  }

  /** String: exists for some minutes after jobs of the name were taken from a dead pool. This engine's own. */
  reaped(jobName: string): string {
    return `${this.own}reaped:${jobName}`;
  }

  /** String: the id of the job that made a claim. This engine's own; it expires with the claim. */
  uniqueOwner(uniqueKey: string): string {
    return `${this.own}unique_owner:${uniqueKey.slice(`${this.prefix}unique:`.length)}`;
  }

  /** Whether `key`, which an entry named, is a claim of this namespace and not some other key. */
  isUnique(key: string): boolean {
    return key.startsWith(`${this.prefix}unique:`);
  }

  /** Set: the ids of the running pools. */
  get workerPools(): string {
    return `${this.prefix}worker_pools`;
  }

  /** Hash: a pool's heartbeat. */
  heartbeat(poolId: string): string {
    return `${this.prefix}worker_pools:${poolId}`;
  }

  /** Hash: what a worker is doing. */
  observation(workerId: string): string {
    return `${this.prefix}worker:${workerId}`;
  }

  /** Hash, pool id → seconds since the epoch: since when a pool shows no heartbeat. This engine's own. */
  get suspects(): string {
    return `${this.own}suspects`;
  }

  /** String: exists while a reaper has had its turn. This engine's own. */
  get reaperTurn(): string {
    return `${this.own}reaper_turn`;
  }

  /** String: how far reapers have come with the known names, where those are many. This engine's own; it expires. */
  get reaperCursor(): string {
    return `${this.own}reaper_cursor`;
  }

  /** String, whole number: how often a process has died while it ran the job. This engine's own. */
  deaths(jobId: string): string {
    return `${this.own}deaths:${jobId}`;
  }

  /** List, the newest first: a job's attempts that failed, as JSON. This engine's own; it expires. */
  attempts(jobId: string): string {
    return `${this.own}attempts:${jobId}`;
  }

  /** String: what is carried to a job from where it was enqueued, as JSON. This engine's own; it expires. */
  carrier(jobId: string): string {
    return `${this.carrierPrefix}${jobId}`;
  }

  /** What the keys of carriers start with. This engine's own. */
  get carrierPrefix(): string {
    return `${this.own}carrier:`;
  }

  /** Sorted set: ids of jobs that were cancelled, by when that is forgotten, in milliseconds. This engine's own. */
  get cancelled(): string {
    return `${this.own}cancelled`;
  }

  /** Hash, id → what is told of work on many jobs, as JSON. This engine's own; it expires. */
  get operations(): string {
    return `${this.own}operations`;
  }

  /** String: the id of the operation that does this work now. This engine's own; it expires unless its process renews it. */
  operationLease(what: string): string {
    return `${this.own}operation_lease:${what}`;
  }

  /** Hash, schedule → how its last job ended, as JSON. This engine's own. */
  get lastResults(): string {
    return `${this.own}last_results`;
  }

  /** String: seconds since the epoch at which firings of schedules were added last. */
  get lastPeriodicEnqueue(): string {
    return `${this.prefix}last_periodic_enqueue`;
  }

  /** Hash, schedule → seconds since the epoch: the last firing that was added to `scheduled`. This engine's own. */
  get lastFirings(): string {
    return `${this.own}last_firings`;
  }

  /** Hash, schedule → seconds since the epoch: the last firing that went to its queue. This engine's own. */
  get movedFirings(): string {
    return `${this.own}moved_firings`;
  }

  /**
   * Hash, schedule → since when, and until when so far, a version of it rules, in seconds since the epoch, and a digest
   * of what the version makes of its jobs. This engine's own.
   */
  get scheduleVersions(): string {
    return `${this.own}schedule_versions`;
  }

  /** What the keys of the metrics start with. This engine's own. */
  get metricsPrefix(): string {
    return `${this.own}metrics:`;
  }

  /** Hash, job name → its counters as JSON, all names together under '': the metrics of an interval. Both in seconds. */
  metrics(step: number, start: number): string {
    return `${this.metricsPrefix}${step}:${start}`;
  }
}
