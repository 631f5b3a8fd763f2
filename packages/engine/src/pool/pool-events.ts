import type { EventEmitter } from 'node:events';
import type { Recovery, Stall } from '../alerts/stall.js';
import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import type { Fate } from '../run/fate.js';
import type { Job } from '../job/job.js';

/** The events of a worker pool. If a listener throws or rejects, the error is logged and the pool goes on. */
export interface WorkerPoolEvents {
  /** The pool fetches jobs: Redis is connected and the pool is registered. Emitted again after each outage. */
  ready: [];
  /** Redis is unreachable. The pool fetches no jobs until `ready`. */
  notReady: [reason: Error | undefined];
  /** A worker has started a job. */
  started: [job: Job];
  /** A job's run has ended, and Redis has recorded its fate. */
  settled: [settled: SettledJob];
  /**
   * A job's run has ended, but the job no longer belonged to this pool. A reaper may have taken the pool for dead, for
   * instance. Nothing was written. The job also runs, or ran, elsewhere.
   */
  ownershipLost: [settled: SettledJob];
  /** This pool has taken over the jobs of a dead pool. */
  reaped: [pool: ReapedPool];
  /**
   * Work stalls: see `alerts`. Of what concerns the whole fleet, one pool tells; while Redis is out of reach, each process
   * tells of itself.
   */
  stalled: [stall: Stall];
  /** What stalled goes on. */
  recovered: [recovery: Recovery];
}

/** The emitter that holds a pool's listeners. */
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
