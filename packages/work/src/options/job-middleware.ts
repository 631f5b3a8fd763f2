import type { Type } from '@nestjs/common';
import { InvalidOptionError, type Job, type Middleware } from '@nestcraft/engine';

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
  /** Runs around every job's handler, which runs when `next` is called. An error that it throws fails the job. */
  use(job: Job, next: () => Promise<void>, context: Context): unknown;
}

/** Middleware as `WorkModule` accepts it: an injectable class or a function. */
export type JobMiddlewareOption<Context = unknown> =
  Type<JobMiddleware<Context>> | Middleware<Context>;

/**
 * Returns whether the middleware is a class rather than a function.
 *
 * @throws InvalidOptionError for anything else
 */
export function isMiddlewareClass(option: JobMiddlewareOption): option is Type<JobMiddleware> {
  const isFunction = typeof option === 'function';
  const prototype = isFunction ? (option.prototype as Partial<JobMiddleware> | undefined) : {};
  if (typeof prototype?.use === 'function') return true;
  // A class without `use`, called as a function, would throw for every job.
  if (isFunction && !/^class\b/.test(String(option))) return false;
  const shown = isFunction ? option.name || 'an anonymous class' : option;
  throw new InvalidOptionError('middleware', shown, 'a class with a method `use`, or a function');
}
