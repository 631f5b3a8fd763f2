import { AsyncLocalStorage } from 'node:async_hooks';
import { sharedByCopies } from '../base/copies.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { finishing } from './returned-work.js';

interface Following {
  readonly jobs: AsyncLocalStorage<Job>;
  /** Whether a pool of this process has followed its jobs; `undefined` before there was any. */
  areFollowed: boolean | undefined;
  hasWarned: boolean;
}

// A pool of one copy runs handlers that ask another.
const following = sharedByCopies<Following>('current_job', () => ({
  jobs: new AsyncLocalStorage<Job>(),
  areFollowed: undefined,
  hasWarned: false,
}));

/**
 * The job that runs here: anywhere below its middleware and its handler, without being handed down, where its pool has
 * the option `currentJob`. `undefined` elsewhere; with one warning where pools run jobs, but none has the option.
 *
 * @example
 * ```ts
 * class JobLogger {
 *   log(message: string): void {
 *     const job = currentJob();
 *     console.log(job ? `[${job.name} ${job.id}] ${message}` : message);
 *   }
 * }
 * ```
 */
export function currentJob(): Job | undefined {
  const job = following.jobs.getStore();
  if (!job && following.areFollowed === false && !following.hasWarned) warn();
  return job;
}

/**
 * The signal of the job that runs here, to be passed on to `fetch`, to timers, to database calls. `undefined` outside of
 * a job, as such calls like it; as `currentJob`, it needs the pool's option of that name.
 */
export function currentSignal(): AbortSignal | undefined {
  return currentJob()?.signal;
}

/** A pool of this process follows its jobs, or does not. */
export function noteFollowing(followed: boolean): void {
  following.areFollowed = followed || following.areFollowed === true;
}

/** The handler, with its job as the current one all the way down. */
export function asCurrentJob<Context>(handler: Handler<Context>): Handler<Context> {
  const run = finishing(handler);
  return (job, context) => following.jobs.run(job, run, job, context);
}

function warn(): void {
  following.hasWarned = true;
  process.emitWarning(
    'currentJob() or currentSignal() was called, but no worker pool of this process follows its jobs, so that both are ' +
      'always undefined. Set `currentJob: true` in WorkModule.forRoot(), or in the options of WorkerPool.',
    { code: 'NESTCRAFT_CURRENT_JOB_OFF' },
  );
}
