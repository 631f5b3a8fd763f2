import { Injectable } from '@nestjs/common';
import type { Handler } from '@nestcraft/engine';

/** The handler that is decorated. */
export interface DecoratedJob {
  readonly jobName: string;
  readonly className: string;
  readonly methodName: string;
  /** The instance of the module that runs it; `undefined` for the unnamed one. */
  readonly instance: string | undefined;
}

/**
 * The one place that every handler passes, once, when the application starts: for tools that watch an application from
 * within. They extend it, are provided, and are named in `WorkModule.forRoot({ jobDecorator })`.
 *
 * What it returns is called for every run, inside of middleware and around guards.
 *
 * @example
 * ```ts
 * @Injectable()
 * class TimeJobs extends JobDecoratorService {
 *   override decorate(handler: Handler, { className, methodName }: DecoratedJob): Handler {
 *     return async (job, context) => {
 *       console.time(job.id);
 *       await handler(job, context);
 *       console.timeEnd(job.id);
 *     };
 *   }
 * }
 * ```
 */
@Injectable()
export class JobDecoratorService {
  /** Returns what is to run instead of `handler`; the handler itself, unless it is overridden. */
  decorate(handler: Handler, job: DecoratedJob): Handler;
  decorate(handler: Handler): Handler {
    return handler;
  }
}
