import type { BulkTask } from '../bulk/bulk-task.js';
import type { RunningView } from './job-view.js';

/** A queue. */
export interface QueueView {
  readonly jobName: string;
  readonly count: number;
  /** Seconds that the job to be taken next has waited. */
  readonly latency: number;
  readonly inProgress: number;
  /** How many of its jobs may run at once; 0 is no limit. */
  readonly maxConcurrency: number;
  readonly paused: boolean;
  /** When the pause ends, in seconds since the epoch. */
  readonly pausedUntil: number | undefined;
  /** How many live pools run its jobs. */
  readonly pools: number;
}

/** A worker pool. Times are in seconds since the epoch. */
export interface PoolView {
  readonly workerPoolId: string;
  /** The index of the pool's list of job names in the snapshot's `nameLists`. */
  readonly nameList: number;
  readonly concurrency: number;
  readonly host: string;
  readonly pid: number;
  readonly engine: 'nestcraft' | 'gocraft';
  /** How many of its workers are busy. */
  readonly busy: number;
  readonly startedAt: number;
  readonly heartbeatAt: number;
}

/** The state that the page shows at all times: counts, queues, workers. */
export interface Snapshot {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly counts: { readonly scheduled: number; readonly retry: number; readonly dead: number };
  readonly queues: readonly QueueView[];
  readonly pools: readonly PoolView[];
  /** The lists of job names that pools have; many pools share one. */
  readonly nameLists: readonly (readonly string[])[];
  /** The thousand jobs that have run for the longest time. */
  readonly running: readonly RunningView[];
  /** How many workers are busy. */
  readonly busy: number;
  /** Bulk tasks that are under way, or ended lately, in any process of the application. */
  readonly operations: readonly BulkTask[];
}
