import type { Job } from '@nestcraft/engine';

/**
 * Resolves to `Method` if it can handle the contract's jobs; otherwise to the required type, so that the compiler
 * reports the difference.
 *
 * The compiler cannot see parameter decorators. A method is therefore accepted if at least one parameter accepts the
 * job, its arguments or one of them, or if it only needs what every job has. A method that needs a job with other
 * arguments is rejected.
 */
export type HandlerMethod<Method, Output> = Method extends (...params: infer Params) => unknown
  ? Fits<{ [Index in keyof Params]: Wanted<Params[Index], Output> }[number]> extends true
    ? Method
    : (job: Job<Output>, context: never) => unknown
  : never;

/** The kind of a parameter: this job, a job with other arguments, any job, or something else. */
type Wanted<Param, Output> =
  Job<Output> extends Param
    ? 'this job'
    : [Param] extends [Job<unknown>]
      ? 'another job'
      : [Output] extends [Param]
        ? 'this job'
        : true extends IsMember<Param, Output>
          ? 'this job'
          : number extends Param
            ? 'any job'
            : AbortSignal extends Param
              ? 'any job'
              : 'something else';

type IsMember<Param, Output> = {
  [Key in keyof Output]: [Output[Key]] extends [Param] ? true : false;
}[keyof Output];

type Fits<Wants> = 'another job' extends Wants
  ? false
  : 'this job' extends Wants
    ? true
    : 'something else' extends Wants
      ? false
      : true;
