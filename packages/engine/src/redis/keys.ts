import { assertNamespace } from '../options/namespace.js';

/**
 * All keys of a namespace, named as in gocraft/work. A queue's bookkeeping keys consist of its own key and a suffix;
 * the scripts rely on that to derive them.
 */
export class Keys {
  /** The prefix of every key: the namespace and a colon, or nothing. */
  readonly prefix: string;
  /** The prefix of keys unknown to gocraft/work. */
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

  /** String, whole number: the number of the name's jobs in progress, across all pools. */
  lock(jobName: string): string {
    return `${this.queue(jobName)}:lock`;
  }

  /** Hash, pool id → whole number: each pool's share of the lock. */
  lockInfo(jobName: string): string {
    return `${this.queue(jobName)}:lock_info`;
  }

  /** String, whole number: the number of the name's jobs that may run at the same time; missing or 0 means no limit. */
  maxConcurrency(jobName: string): string {
    return `${this.queue(jobName)}:max_concurrency`;
  }

  /**
   * The settings that decide, together with the numbers of waiting and running jobs, whether jobs of the name may be
   * fetched.
   */
  settingsOf(jobName: string): readonly string[] {
    return [this.paused(jobName), this.maxConcurrency(jobName)];
  }

  /** Sorted set: failed jobs, by the time of their next run. */
  get retry(): string {
    return `${this.prefix}retry`;
  }

  /** Sorted set: scheduled jobs, by the time they are due. */
  get scheduled(): string {
    return `${this.prefix}scheduled`;
  }

  /** Sorted set: dead jobs, by their time of death. */
  get dead(): string {
    return `${this.prefix}dead`;
  }

  /**
   * String: the claim of a unique job, which prevents an equal job from waiting. `1`, or the job entry that runs in its
   * place.
   */
  unique(jobName: string, keyText: string): string {
    return `${this.prefix}unique:${jobName}:${keyText}`;
  }

  /** String: exists for some minutes after jobs of the name were recovered from a dead pool. This engine's own. */
  reaped(jobName: string): string {
    return `${this.own}reaped:${jobName}`;
  }

  /** String: the id of the job that holds a claim. This engine's own; it expires with the claim. */
  uniqueOwner(uniqueKey: string): string {
    return `${this.own}unique_owner:${uniqueKey.slice(`${this.prefix}unique:`.length)}`;
  }

  /** Returns whether `key`, as named by an entry, is a claim of this namespace and no other key. */
  isUnique(key: string): boolean {
    return key.startsWith(`${this.prefix}unique:`);
  }

  /** Set: the ids of the running pools. */
  get workerPools(): string {
    return `${this.prefix}worker_pools`;
  }

  /**
   * String, whole number: the newest format of the data that this project keeps in the namespace. This engine's own.
   */
  get format(): string {
    return `${this.own}format`;
  }

  /** Hash: a pool's heartbeat. */
  heartbeat(poolId: string): string {
    return `${this.prefix}worker_pools:${poolId}`;
  }

  /** Hash: a worker's current job. */
  observation(workerId: string): string {
    return `${this.prefix}worker:${workerId}`;
  }

  /** Hash, pool id → seconds since the epoch: when the pool was first seen without a heartbeat. This engine's own. */
  get suspects(): string {
    return `${this.own}suspects`;
  }

  /** String: exists during a reaper's turn, so that other reapers skip theirs. This engine's own. */
  get reaperTurn(): string {
    return `${this.own}reaper_turn`;
  }

  /** String: the reapers' position in the known names, used if there are many. This engine's own; it expires. */
  get reaperCursor(): string {
    return `${this.own}reaper_cursor`;
  }

  /** String, whole number: how often a process has died while running the job. This engine's own. */
  deaths(jobId: string): string {
    return `${this.own}deaths:${jobId}`;
  }

  /** List, newest first: the failed attempts of a job, as JSON. This engine's own; it expires. */
  attempts(jobId: string): string {
    return `${this.own}attempts:${jobId}`;
  }

  /**
   * String: the context carried to a job from the place where it was enqueued, as JSON. This engine's own; it expires.
   */
  carrier(jobId: string): string {
    return `${this.carrierPrefix}${jobId}`;
  }

  /** The prefix of the keys of carriers. This engine's own. */
  get carrierPrefix(): string {
    return `${this.own}carrier:`;
  }

  /** Sorted set: ids of cancelled jobs, by the time at which they are forgotten, in milliseconds. This engine's own. */
  get cancelled(): string {
    return `${this.own}cancelled`;
  }

  /** Hash, id → the report of a bulk task, as JSON. This engine's own; it expires. */
  get bulkTasks(): string {
    return `${this.own}operations`;
  }

  /**
   * String: the id of the bulk task that is doing this work now. This engine's own; it expires unless its process
   * renews it.
   */
  bulkTaskLease(work: string): string {
    return `${this.own}operation_lease:${work}`;
  }

  /** String: exists while a pool that watches `scope` need not look again. This engine's own; it expires. */
  alertTurn(scope: string): string {
    return `${this.own}alert_turn:${scope}`;
  }

  /** Hash, stall → what stalls, as JSON, of the pools that watch `scope`. This engine's own; it expires. */
  stalls(scope: string): string {
    return `${this.own}stalls:${scope}`;
  }

  /**
   * Sorted set, the key of such a hash → seconds since the epoch: until when its stalls count unless its pools look again.
   * This engine's own; it expires.
   */
  get stallNotes(): string {
    return `${this.own}stall_notes`;
  }

  /** List: the last stalls of the fleet and their ends, as JSON, the newest first. This engine's own; it expires. */
  get stallLog(): string {
    return `${this.own}stall_log`;
  }

  /** Hash, schedule → the result of its last job, as JSON. This engine's own. */
  get lastResults(): string {
    return `${this.own}last_results`;
  }

  /** String: seconds since the epoch at which firings of schedules were last added. */
  get lastPeriodicEnqueue(): string {
    return `${this.prefix}last_periodic_enqueue`;
  }

  /** Hash, schedule → seconds since the epoch: the last firing added to `scheduled`. This engine's own. */
  get lastFirings(): string {
    return `${this.own}last_firings`;
  }

  /** Hash, schedule → seconds since the epoch: the last firing moved to its queue. This engine's own. */
  get movedFirings(): string {
    return `${this.own}moved_firings`;
  }

  /**
   * Hash, schedule → the first and, so far, last moment at which a version of it applies, in seconds since the epoch,
   * and a digest of the jobs that the version creates. This engine's own.
   */
  get scheduleVersions(): string {
    return `${this.own}schedule_versions`;
  }

  /** The prefix of the keys of metrics. This engine's own. */
  get metricsPrefix(): string {
    return `${this.own}metrics:`;
  }

  /**
   * Hash, job name → its counters for one interval, as JSON; '' holds the total of all names. Step and start are in
   * seconds.
   */
  metrics(step: number, start: number): string {
    return `${this.metricsPrefix}${step}:${start}`;
  }
}
