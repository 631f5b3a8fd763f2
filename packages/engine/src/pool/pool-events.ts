import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import type { Fate } from '../run/fate.js';
import type { Job } from '../job/job.js';

/** What a worker pool tells its listeners. One that throws, or rejects, is logged and harms nobody. */
export interface WorkerPoolEvents {
  /** Redis is connected and the pool registered: jobs are being fetched. Again after each outage. */
  ready: [];
  /** Redis is out of reach: no jobs are fetched until `ready`. */
  notReady: [reason: Error | undefined];
  /** A worker has begun a job. */
  started: [job: Job];
  /** A job's run has ended and Redis has what became of it. */
  settled: [settled: SettledJob];
  /**
   * A job's run has ended, but somebody else had taken the job meanwhile, such as a reaper that took this pool for
   * dead. Nothing was written; the job runs, or ran, elsewhere as well.
   */
  ownershipLost: [settled: SettledJob];
  /** Another pool has died, and this one has taken its jobs from it. */
  reaped: [pool: ReapedPool];
}

/** A job whose run has ended. */
export interface SettledJob {
  readonly job: Job;
  readonly fate: Fate;
  /** What the handler threw; `undefined` if it did not. */
  readonly error: unknown;
  /** Milliseconds that the run took. */
  readonly duration: number;
}
