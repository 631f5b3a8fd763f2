import { AsyncLocalStorage } from 'node:async_hooks';
import { sharedByCopies } from '../base/copies.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { finishing } from './returned-work.js';

interface Following {
  readonly jobs: AsyncLocalStorage<Job>;
  /** Whether any pool of this process follows its jobs; `undefined` before there was a pool. */
  areFollowed: boolean | undefined;
  hasWarned: boolean;
}

// Shared, because a pool of one copy of this package may run handlers that ask another copy.
const following = sharedByCopies<Following>('current_job', () => ({
  jobs: new AsyncLocalStorage<Job>(),
  areFollowed: undefined,
  hasWarned: false,
}));

/**
 * Returns the job that is running, anywhere below its middleware and handler, without handing it down. Its pool needs the
 * option `currentJob`. Returns `undefined` outside of jobs, and warns once if pools run jobs but none has the option.
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
 * Returns the signal of the job that is running, to pass on to `fetch`, to timers, to database calls. Returns `undefined`
 * outside of jobs, which such calls accept. Its pool needs the option `currentJob`.
 */
export function currentSignal(): AbortSignal | undefined {
  return currentJob()?.signal;
}

/** Notes that a pool of this process follows its jobs, or does not. */
export function noteFollowing(followed: boolean): void {
  following.areFollowed = followed || following.areFollowed === true;
}

/** The handler, with its job as the current job all the way down. */
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
