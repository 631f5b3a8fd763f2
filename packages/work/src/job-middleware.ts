import type { Type } from '@nestjs/common';
import type { Job, Middleware } from '@nestcraft/engine';

/**
 * Middleware as an injectable class; name it in `WorkModule.forRoot({ middleware: [LogJobs] })`.
 *
 * @example
 * ```ts
 * @Injectable()
 * class LogJobs implements JobMiddleware {
 *   private readonly logger = new Logger(LogJobs.name);
 *
 *   async use(job: Job, next: () => Promise<void>): Promise<void> {
 *     const start = performance.now();
 *     await next();
 *     this.logger.log(`${job.name} took ${performance.now() - start} ms`);
 *   }
 * }
 * ```
 */
export interface JobMiddleware<Context = unknown> {
  /** Runs around every job's handler, which runs when `next` is called. What it throws fails the job. */
  use(job: Job, next: () => Promise<void>, context: Context): unknown;
}

/** Middleware as `WorkModule` takes it: an injectable class, or a function. */
export type JobMiddlewareOption<Context = unknown> =
  Type<JobMiddleware<Context>> | Middleware<Context>;

/** Tells the classes from the functions. */
export function isMiddlewareClass(option: JobMiddlewareOption): option is Type<JobMiddleware> {
  const prototype = option.prototype as Partial<JobMiddleware> | undefined;
  return typeof prototype?.use === 'function';
}
