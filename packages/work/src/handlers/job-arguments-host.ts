import type { ArgumentsHost } from '@nestjs/common';
import type { Job } from '@nestcraft/engine';

/** The type of the execution context that guards, interceptors, pipes and filters see around a job's handler. */
export const JOB_CONTEXT_TYPE = 'job';

/**
 * Returns whether a guard, interceptor or filter is running for a job rather than for a request.
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

/** Reads a job from Nest's arguments host. */
export class JobArgumentsHost {
  readonly #args: readonly unknown[];

  private constructor(args: readonly unknown[]) {
    this.#args = args;
  }

  /** @throws TypeError outside a job's handler; check with `isJobContext` first */
  static create(host: ArgumentsHost): JobArgumentsHost {
    if (isJobContext(host)) return new JobArgumentsHost(host.getArgs());
    throw new TypeError(
      `JobArgumentsHost.create() needs the context of a job, but its type is "${host.getType()}".`,
    );
  }

  getJob<Args = Record<string, unknown>>(): Job<Args> {
    return this.#args[0] as Job<Args>;
  }

  /** Returns the object that the job's middleware and handler share. */
  getContext(): unknown {
    return this.#args[1];
  }
}
