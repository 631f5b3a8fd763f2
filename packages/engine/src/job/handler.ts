import type { Job } from './job.js';

/**
 * Does the work of a job, which has failed when it throws, and is done when what it returns has resolved. What it
 * returns may be work of its own: an Observable is subscribed to until it completes; a generator, or another async
 * iterable that nobody reads, such as a stream, is run to its end; of an array all promises are waited for. `job.signal`
 * ends all of these. A function is refused with an `UncalledFunctionError`.
 */
export type Handler<Context = unknown, Args = Record<string, unknown>> = (
  job: Job<Args>,
  context: Context,
) => unknown;
