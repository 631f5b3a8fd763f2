import type { JobNameOrContract } from '../job/job-contract.js';

/**
 * What `client.explain` is asked about:
 *
 * - a job's id, or `{ id }`: that job, in all queues;
 * - `{ id, job }`: that job, in the queue of one name, which is faster and reaches further;
 * - `{ job }`: a name, in other words the next job of its queue;
 * - `{ job, key }`: the unique job that holds the claim of a key, or waits under it.
 */
export type ExplainQuestion = string | ExplainById | ExplainByName;

/** Asks about a job by its id. */
export interface ExplainById {
  /** The job's id. */
  readonly id: string;
  /** The job's name or contract, which limits the search to its queue. Default: all queues. */
  readonly job?: JobNameOrContract | undefined;
}

/** Asks about a name, or about the unique job of a key. */
export interface ExplainByName {
  /** The job's name or contract. */
  readonly job: JobNameOrContract;
  /** The key with which a unique job was enqueued: `unique: { key }`. Default: the question is about the name. */
  readonly key?: object | undefined;
}

/** What an explanation is about. */
export interface ExplainSubject {
  /** The job's id; `undefined` for a name without a waiting job, and for a key whose job is unknown. */
  readonly id: string | undefined;
  /** The job's name; `undefined` if the job was not found and the question names none. */
  readonly jobName: string | undefined;
  /** The Redis key of the claim, if the question was about a key. */
  readonly claim?: string | undefined;
}

/**
 * Where the job is:
 *
 * - `queued`: it waits in its queue;
 * - `scheduled`: it waits for its time;
 * - `retry`: it has failed and waits for its retry;
 * - `running`: it is in progress in a pool;
 * - `dead`: it has no retries left;
 * - `held`: it is stored under the claim of an equal job that runs, and enters its queue when that job ends;
 * - `empty`: the question was about a name, and no job of the name waits;
 * - `notFound`: no such job was found.
 */
export type ExplainState =
  'queued' | 'scheduled' | 'retry' | 'running' | 'dead' | 'held' | 'empty' | 'notFound';

/**
 * What the reasons amount to:
 *
 * - `none`: nothing holds the job back; it starts with the next fetch;
 * - `waiting`: it starts without help, when its reasons have passed;
 * - `blocked`: it does not start before somebody acts on a reason;
 * - `running`: it runs;
 * - `over`: it does not run, or not again, unless somebody enqueues it again.
 */
export type ExplainVerdict = 'none' | 'waiting' | 'blocked' | 'running' | 'over';

/** The codes of reasons. */
export type ReasonCode =
  /** The job is in progress. `by` is the pool that runs it. */
  | 'running'
  /** The job was cancelled: it is dropped when its turn comes, or its signal has aborted. */
  | 'cancelled'
  /** Nobody has ever registered or enqueued a job of this name. */
  | 'noSuchJob'
  /** The job waits for its time, `until`. */
  | 'scheduledUntil'
  /** The job has failed and waits for its retry, `until`. */
  | 'retryUntil'
  /** The name is paused; without `until`, until somebody resumes it. */
  | 'paused'
  /** The name is at its limit. `by` are the jobs in progress, as far as they are listed. */
  | 'atLimit'
  /** Jobs enqueued with the key change this waiting job, `by`, and do not wait on their own. */
  | 'collapsedInto'
  /** An equal unique job, `by`, holds the claim until it ends. */
  | 'claimHeldBy'
  /** No live pool has a handler for the name. `since` is the last beat of the last pool that had one, if known. */
  | 'noLivePool'
  /** Only pools of gocraft/work handle the name: this project's options do not apply to the job. */
  | 'onlyGoPools'
  /** All pools that handle the name, `by`, are stopping and fetch nothing. */
  | 'poolStopping'
  /** Redis has not answered the fetches of the pools that handle the name, `by`, for some time. */
  | 'fetchNotAnswered'
  /** All workers of the pools that handle the name are busy. `by` are these pools, as far as they are listed. */
  | 'workersBusy'
  /** Other jobs are ahead. `position` of the explanation is the job's place. */
  | 'queuePosition'
  /** Processes have died while they ran the job. */
  | 'poison'
  /** The job is dead: it has no retries left. `since` is its time of death. */
  | 'dead'
  /** No such job was found, where it was searched. */
  | 'notFound';

/** A pool, or a job in progress, that a reason names. */
export interface ReasonHolder {
  /** The pool's id; `undefined` for a job that is not in progress. */
  readonly poolId?: string | undefined;
  /** The pool's host, from its heartbeat. */
  readonly host?: string | undefined;
  /** The job's id; `undefined` if the reason names only a pool. */
  readonly jobId?: string | undefined;
}

/** One reason why a job does not start, or what it does instead. */
export interface Reason {
  readonly code: ReasonCode;
  /** The reason as plain sentences, with names and numbers. */
  readonly text: string;
  /** Since when it applies, on Redis's clock; `undefined` if that is not recorded. */
  readonly since?: Date | undefined;
  /** When it ends by itself, on Redis's clock; `undefined` if it does not, or if that is unknown. */
  readonly until?: Date | undefined;
  /** The pools or jobs that cause it; at most ten. */
  readonly by?: readonly ReasonHolder[] | undefined;
  /** What to do about it: names a call, or a page of the dashboard. */
  readonly remedy: string;
  /** The last error of a dead job or of a job that waits for its retry. No other member contains a part of it. */
  readonly error?: string | undefined;
}

/** Why a job does not start, or what it does instead. All of it was read from Redis at one moment. */
export interface Explanation {
  readonly subject: ExplainSubject;
  readonly state: ExplainState;
  readonly verdict: ExplainVerdict;
  /**
   * The reasons, ordered by what must change first. Those that are only worth knowing, such as `onlyGoPools`, `poison` and
   * `collapsedInto`, come last and do not count for the verdict.
   */
  readonly reasons: readonly Reason[];
  /** What happens once the first reason has passed: the code of the second; `undefined` if none follows. */
  readonly next?: ReasonCode | undefined;
  /** The job's place in its queue; 1 is the next job. `undefined` if it is not queued, or was not reached. */
  readonly position?: number | undefined;
  /**
   * When the job is expected to start, on Redis's clock: the time it waits for, or an estimate from its position and the
   * runs of the last five minutes. `undefined` if that cannot be said.
   */
  readonly startsAt?: Date | undefined;
  /** The moment of the explanation, on Redis's clock. */
  readonly at: Date;
}
