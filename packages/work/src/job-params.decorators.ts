import type { PipeTransform, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { Job } from '@nestcraft/engine';

/**
 * Nest's number of a request's body: pipes such as ValidationPipe look at parameters of that kind, and pass over those
 * of kinds that are not its own.
 */
const ARGS = 3;
const [JOB, CONTEXT, SIGNAL, ATTEMPT] = [101, 102, 103, 104];

interface Details {
  readonly data?: string;
  readonly pipes?: readonly Pipe[];
  readonly schema?: object;
}

type Pipe = Type<PipeTransform> | PipeTransform;

/**
 * The arguments of the job: all of them, or the one of a key. Pipes see them as they see a request's body: a
 * ValidationPipe checks them against the parameter's class.
 *
 * Once a parameter of a handler is decorated, all have to be: those that are not are `undefined` or `null`.
 *
 * @example
 * ```ts
 * @JobHandler('send_email')
 * @UsePipes(new ValidationPipe({ transform: true }))
 * send(@JobArgs() email: SendEmail, @Attempt() attempt: number): Promise<void> {}
 * ```
 */
export function JobArgs(key?: string, ...pipes: Pipe[]): ParameterDecorator;
export function JobArgs(...pipes: Pipe[]): ParameterDecorator;
/** @param options.schema of any Standard Schema library, for Nest's StandardSchemaValidationPipe */
export function JobArgs(options: { readonly schema: object }): ParameterDecorator;
export function JobArgs(
  first?: string | Pipe | { readonly schema: object },
  ...pipes: Pipe[]
): ParameterDecorator {
  if (first === undefined) return param(ARGS, { pipes });
  if (typeof first === 'string') return param(ARGS, { data: first, pipes });
  if ('schema' in first) return param(ARGS, { schema: first.schema });
  return param(ARGS, { pipes: [first, ...pipes] });
}

/** The job itself. */
export function JobRef(): ParameterDecorator {
  return param(JOB);
}

/** The object that middleware and handler of this job share. */
export function JobContext(): ParameterDecorator {
  return param(CONTEXT);
}

/** An AbortSignal: aborts when the job's timeout is over or the pool stops. */
export function JobSignal(): ParameterDecorator {
  return param(SIGNAL);
}

/** Which run of the job this is: 1 for the first. */
export function Attempt(): ParameterDecorator {
  return param(ATTEMPT);
}

/** Whether a parameter of a method is decorated. */
export function hasDecoratedParams(type: object, methodName: string): boolean {
  return Reflect.getMetadata(ROUTE_ARGS_METADATA, type, methodName) !== undefined;
}

/** Gives a handler's parameters their values. */
export const JOB_PARAMS = {
  exchangeKeyForValue(kind: number, key: unknown, [job, context]: unknown[]): unknown {
    const { args, fails, signal } = job as Job;
    switch (kind) {
      case ARGS:
        return typeof key === 'string' ? own(args, key) : args;
      case JOB:
        return job;
      case CONTEXT:
        return context;
      case SIGNAL:
        return signal;
      case ATTEMPT:
        return fails + 1;
      default:
        return undefined;
    }
  },
};

function own(args: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(args, key) ? args[key] : undefined;
}

function param(kind: number, details: Details = {}): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined) throw new TypeError('It stands on a parameter of a handler method.');
    const type = target.constructor;
    const before = (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as object;
    const params = { ...before, [`${kind}:${index}`]: { pipes: [], ...details, index } };
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, params, type, method);
  };
}
