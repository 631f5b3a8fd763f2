import type { Job } from './job.js';

/** Does the work of a job; the job is done when what it returns has resolved, and has failed when it throws. */
export type Handler<Context = unknown, Args = Record<string, unknown>> = (
  job: Job<Args>,
  context: Context,
) => unknown;

/**
 * Runs around every job's handler, in the order of registration. It goes on by `await next()`; if it never does, the
 * handler does not run and the job is done.
 */
export type Middleware<Context = unknown> = (
  job: Job,
  next: () => Promise<void>,
  context: Context,
) => unknown;

/** One function that runs `middleware` from first to last around `handler`. */
export function compose<Context>(
  middleware: readonly Middleware<Context>[],
  handler: Handler<Context>,
): Handler<Context> {
  return middleware.reduceRight<Handler<Context>>((inner, outer) => {
    return (job, context) => {
      const next = async (): Promise<void> => {
        await inner(job, context);
      };
      return outer(job, next, context);
    };
  }, handler);
}
