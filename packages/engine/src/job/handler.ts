import type { Job } from './job.js';

/**
 * A function that does the work of a job. The job fails if the handler throws or rejects, and succeeds when its result
 * has resolved. A result may contain further work: an Observable is subscribed to until it completes; a generator, or
 * another async iterable that nothing reads, such as a stream, is run to its end; the promises of an array are awaited.
 * All of these stop when `job.signal` aborts. A function as the result fails the job with an `UncalledFunctionError`.
 */
export type Handler<Context = unknown, Args = Record<string, unknown>> = (
  job: Job<Args>,
  context: Context,
) => unknown;
