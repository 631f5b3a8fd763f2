import { AsyncLocalStorage } from 'node:async_hooks';
import type { Job } from './job.js';
import type { Handler } from './middleware.js';

const jobs = new AsyncLocalStorage<Job>();

/**
 * The job that runs here: anywhere below its middleware and its handler, without being handed down, where its pool has
 * the option `currentJob`. `undefined` elsewhere.
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
  return jobs.getStore();
}

/**
 * The signal of the job that runs here, to be passed on to `fetch`, to timers, to database calls. `undefined` outside of
 * a job, as such calls like it; as `currentJob`, it needs the pool's option of that name.
 */
export function currentSignal(): AbortSignal | undefined {
  return jobs.getStore()?.signal;
}

/** The handler, with its job as the current one all the way down. */
export function asCurrentJob<Context>(handler: Handler<Context>): Handler<Context> {
  return (job, context) => jobs.run(job, handler, job, context);
}
