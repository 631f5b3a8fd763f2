import type { ArgumentsHost } from '@nestjs/common';
import type { Job } from '@nestcraft/engine';

/** The type of the execution context that guards, interceptors, pipes and filters see around a job's handler. */
export const JOB_CONTEXT_TYPE = 'job';

/**
 * Whether a guard, an interceptor or a filter stands around a job, and not around a request.
 *
 * @example
 * ```ts
 * canActivate(context: ExecutionContext): boolean {
 *   if (!isJobContext(context)) return this.mayRequest(context.switchToHttp().getRequest());
 *   return JobArgumentsHost.create(context).getJob().args.tenant !== undefined;
 * }
 * ```
 */
export function isJobContext(host: ArgumentsHost): boolean {
  return host.getType<string>() === JOB_CONTEXT_TYPE;
}

/** What Nest's arguments host holds around a job's handler. */
export class JobArgumentsHost {
  readonly #args: readonly unknown[];

  private constructor(args: readonly unknown[]) {
    this.#args = args;
  }

  /** @throws TypeError around anything but a job's handler; ask `isJobContext` first */
  static create(host: ArgumentsHost): JobArgumentsHost {
    if (isJobContext(host)) return new JobArgumentsHost(host.getArgs());
    throw new TypeError(
      `JobArgumentsHost.create() needs the context of a job; this one's type is "${host.getType()}".`,
    );
  }

  getJob<Args = Record<string, unknown>>(): Job<Args> {
    return this.#args[0] as Job<Args>;
  }

  /** The object that middleware and handler of this job share. */
  getContext(): unknown {
    return this.#args[1];
  }
}
