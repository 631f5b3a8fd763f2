import type { BulkTask } from '../bulk/bulk-task.js';
import type { RunningView } from './job-view.js';
import type { StallView } from './stall-view.js';

/** A queue. */
export interface QueueView {
  readonly jobName: string;
  readonly count: number;
  /** Seconds for which the next job has waited. */
  readonly latency: number;
  readonly inProgress: number;
  /** The number of its jobs that may run concurrently; 0 for no limit. */
  readonly maxConcurrency: number;
  readonly paused: boolean;
  /** When the pause ends, in seconds since the epoch. */
  readonly pausedUntil: number | undefined;
  /** The number of live pools that run its jobs. */
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
  /** The number of its busy workers. */
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
  /** The pools' lists of job names; many pools share a list. */
  readonly nameLists: readonly (readonly string[])[];
  /** The thousand longest-running jobs. */
  readonly running: readonly RunningView[];
  /** The number of busy workers. */
  readonly busy: number;
  /** What stalls, as the pools with alerts have noted: the twenty oldest. */
  readonly stalls: readonly StallView[];
  /** The number of stalls. */
  readonly stalling: number;
  /** Bulk tasks that are under way or ended recently, in any process of the application. */
  readonly bulkTasks: readonly BulkTask[];
}
