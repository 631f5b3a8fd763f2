import type { EventEmitter } from 'node:events';
import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import type { Fate } from '../run/fate.js';
import type { Job } from '../job/job.js';

/** The events of a worker pool. A listener that throws, or rejects, is logged, and stops nothing. */
export interface WorkerPoolEvents {
  /** Redis is connected and the pool registered: jobs are being fetched. Again after each outage. */
  ready: [];
  /** Redis is out of reach: no jobs are fetched until `ready`. */
  notReady: [reason: Error | undefined];
  /** A worker has begun a job. */
  started: [job: Job];
  /** A job's run has ended, and Redis has its fate. */
  settled: [settled: SettledJob];
  /**
   * A job's run has ended, but the job had been taken from this pool, by a reaper that took the pool for dead, for
   * instance. Nothing was written; the job runs, or ran, elsewhere as well.
   */
  ownershipLost: [settled: SettledJob];
  /** Another pool has died, and this one has taken its jobs from it. */
  reaped: [pool: ReapedPool];
}

/** Where a pool's listeners are. */
export type PoolEmitter = EventEmitter<WorkerPoolEvents>;

/** A job whose run has ended. */
export interface SettledJob {
  readonly job: Job;
  readonly fate: Fate;
  /** The thrown value; `undefined` if the handler did not throw. */
  readonly error: unknown;
  /** How long the run took, in milliseconds. */
  readonly duration: number;
}
