import type { EventEmitter } from 'node:events';
import type { ReapedPool } from './dead-pool-reaper.js';
import type { Fate } from './fate.js';
import type { Job } from './job.js';
import { isThenable, readable } from './thrown.js';

/** What a worker pool tells its listeners. One that throws, or rejects, is logged and harms nobody. */
export interface WorkerPoolEvents {
  /** Redis is connected and the pool registered: jobs are being fetched. Again after each outage. */
  ready: [];
  /** Redis is out of reach: no jobs are fetched until `ready`. */
  not_ready: [reason: Error | undefined];
  /** A worker has begun a job. */
  started: [job: Job];
  /** A job's run has ended and Redis has what became of it. */
  settled: [settled: SettledJob];
  /**
   * A job's run has ended, but somebody else had taken the job meanwhile, such as a reaper that took this pool for
   * dead. Nothing was written; the job runs, or ran, elsewhere as well.
   */
  ownership_lost: [settled: SettledJob];
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

/** Emits an event, and survives its listeners: each is called, whatever the others do. */
export function tell(
  emitter: EventEmitter,
  name: string,
  args: readonly unknown[],
  onError: (error: unknown) => void,
): void {
  for (const listener of emitter.rawListeners(name)) {
    try {
      const returned: unknown = Reflect.apply(listener, emitter, args);
      if (isThenable(returned))
        returned.then(undefined, (error: unknown) => onError(readable(error)));
    } catch (error) {
      onError(readable(error));
    }
  }
}
