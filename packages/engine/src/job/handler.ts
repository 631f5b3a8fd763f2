import type { Job } from './job.js';

/**
 * A function that does the work of a job. The job has failed when the handler throws or rejects, and is done when its result
 * has resolved. A result may hold work of its own: an Observable is subscribed to until it completes; a generator, or another
 * async iterable that nobody reads, such as a stream, is run to its end; the promises of an array are awaited. All of these
 * end when `job.signal` aborts. A function as the result is refused with an `UncalledFunctionError`.
 */
export type Handler<Context = unknown, Args = Record<string, unknown>> = (
  job: Job<Args>,
  context: Context,
) => unknown;
