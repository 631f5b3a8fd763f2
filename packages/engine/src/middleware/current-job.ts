import { AsyncLocalStorage } from 'node:async_hooks';
import { sharedByCopies } from '../base/copies.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { finishing } from './returned-work.js';

interface Following {
  readonly jobs: AsyncLocalStorage<Job>;
  /** Whether any pool of this process tracks its jobs; `undefined` before the first pool. */
  areFollowed: boolean | undefined;
  hasWarned: boolean;
}

// Shared, because a pool of one copy of this package may run handlers that use another copy.
const following = sharedByCopies<Following>('current_job', () => ({
  jobs: new AsyncLocalStorage<Job>(),
  areFollowed: undefined,
  hasWarned: false,
}));

/**
 * Returns the running job anywhere below its middleware and handler, so that it need not be passed down. Its pool needs the
 * option `currentJob`. Returns `undefined` outside jobs, and warns once if pools run jobs but none has the option.
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
 * Returns the signal of the running job, for `fetch`, timers and database calls. Returns `undefined` outside jobs, which
 * such calls accept. Its pool needs the option `currentJob`.
 */
export function currentSignal(): AbortSignal | undefined {
  return currentJob()?.signal;
}

/** Notes whether a pool of this process tracks its jobs. */
export function noteFollowing(followed: boolean): void {
  following.areFollowed = followed || following.areFollowed === true;
}

/** Wraps the handler so that its job is the current job in everything it calls. */
export function asCurrentJob<Context>(handler: Handler<Context>): Handler<Context> {
  const run = finishing(handler);
  return (job, context) => following.jobs.run(job, run, job, context);
}

function warn(): void {
  following.hasWarned = true;
  process.emitWarning(
    'currentJob() or currentSignal() was called, but no worker pool of this process tracks its jobs, so both ' +
      'always return undefined. Set `currentJob: true` in WorkModule.forRoot(), or in the options of WorkerPool.',
    { code: 'NESTCRAFT_CURRENT_JOB_OFF' },
  );
}
