import { Injectable } from '@nestjs/common';
import type { Handler } from '@nestcraft/engine';

/** The handler that is being decorated. */
export interface DecoratedJob {
  readonly jobName: string;
  readonly className: string;
  readonly methodName: string;
  /** The name of the instance of `WorkModule` that runs it; `undefined` for the unnamed instance. */
  readonly instance: string | undefined;
}

/**
 * Base class for tools that instrument handlers, such as APM agents. Every handler passes through it once, when the
 * application starts. Extend it, provide the subclass, and name it in `WorkModule.forRoot({ jobDecorator })`.
 *
 * The returned handler is called for every run, inside middleware and around guards.
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
  /** Returns the function to run instead of `handler`. The default implementation returns `handler` itself. */
  decorate(handler: Handler, job: DecoratedJob): Handler;
  decorate(handler: Handler): Handler {
    return handler;
  }
}
