import type { Job } from '@nestcraft/engine';

/**
 * `Method`, if it can be the handler of a contract; otherwise what it should be, so that the compiler says the
 * difference.
 *
 * The compiler does not see how parameters are decorated. So it takes a method of which some parameter can be given the
 * job, its arguments or one of them, or which wants nothing but what every job has; and none that wants a job with
 * other arguments.
 */
export type HandlerMethod<Method, Output> = Method extends (...params: infer Params) => unknown
  ? Fits<{ [Index in keyof Params]: Wanted<Params[Index], Output> }[number]> extends true
    ? Method
    : (job: Job<Output>, context: never) => unknown
  : never;

/** What a parameter is about: this job, a job with other arguments, what every job has, or something else. */
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
