import { InvalidOptionError, type Job, type StandardSchema } from '@nestcraft/engine';
import { IMPORT_CYCLE } from '@nestcraft/engine/internal';
import { InvalidJobHandlerError } from '../base/errors.js';
import {
  addParam,
  BODY,
  paramsOf,
  type ParamDetails,
  type Pipe,
} from '../nest-internals/param-metadata.js';
import { SchemaPipe } from './schema-pipe.js';

// Pipes treat the arguments like a request's body.
const ARGS = BODY;
const [JOB, CONTEXT, SIGNAL, ATTEMPT] = [101, 102, 103, 104];

/** How `@JobPayload` validates and transforms the arguments. */
export interface JobPayloadOptions {
  /** A schema of any Standard Schema library (zod, valibot, arktype, …). The parameter receives its output. */
  readonly schema?: StandardSchema | undefined;
  /** Pipes that run after the schema. */
  readonly pipes?: readonly Pipe[] | undefined;
}

/**
 * Injects the job's arguments: all of them, or the value of one key. Pipes treat them like a request's body: a
 * ValidationPipe checks them against the parameter's class. A job with invalid arguments is dead immediately, and its
 * error lists every issue.
 *
 * Once one parameter of a handler is decorated, every other parameter must be decorated or have a default; otherwise
 * the application does not start.
 *
 * @example
 * ```ts
 * @JobHandler('send_email')
 * @UsePipes(new ValidationPipe({ transform: true }))
 * send(@JobPayload() email: SendEmail, @Attempt() attempt: number): Promise<void> {}
 *
 * @JobHandler('resize')
 * resize(@JobPayload({ schema: z.object({ width: z.number() }) }) size: { width: number }): void {}
 * ```
 */
export function JobPayload(key: string, options: JobPayloadOptions): ParameterDecorator;
export function JobPayload(key?: string, ...pipes: Pipe[]): ParameterDecorator;
export function JobPayload(options: JobPayloadOptions): ParameterDecorator;
export function JobPayload(...pipes: Pipe[]): ParameterDecorator;
export function JobPayload(
  ...all: (string | Pipe | JobPayloadOptions | undefined)[]
): ParameterDecorator {
  const hasKey = all[0] === undefined || typeof all[0] === 'string';
  const [key, ...others] = hasKey ? all : [undefined, ...all];
  const pipes = others.flatMap((one) => pipesOf(one as Pipe));
  return param(ARGS, { data: key as string | undefined, pipes });
}

/** @throws InvalidOptionError for anything else, such as an `undefined` caused by circular imports */
function pipesOf(option: Pipe | JobPayloadOptions): readonly Pipe[] {
  assertPipe(option);
  if (typeof option === 'function' || 'transform' in option) return [option];
  const { schema, pipes = [] } = option;
  pipes.forEach(assertPipe);
  return schema ? [new SchemaPipe(schema), ...pipes] : pipes;
}

/** Rejects a missing pipe, which would silently check nothing. */
function assertPipe(option: unknown): void {
  if (typeof option === 'function' || (typeof option === 'object' && option !== null)) return;
  const expected = `a key, a pipe, its class, or { schema, pipes }. ${IMPORT_CYCLE}`;
  throw new InvalidOptionError('@JobPayload', option, expected);
}

/** Injects the job itself. */
export function JobRef(): ParameterDecorator {
  return param(JOB);
}

/** Injects the object that the job's middleware and handler share. */
export function JobContext(): ParameterDecorator {
  return param(CONTEXT);
}

/** Injects an AbortSignal that aborts when the job times out, is cancelled, or the pool stops. */
export function JobSignal(): ParameterDecorator {
  return param(SIGNAL);
}

/** Injects the number of this run: 1 for the first. */
export function Attempt(): ParameterDecorator {
  return param(ATTEMPT);
}

/** Returns whether any parameter of a method is decorated. */
export function hasDecoratedParams(type: object, methodName: string): boolean {
  return paramsOf(type, methodName) !== undefined;
}

/**
 * Returns the index of the first undecorated parameter of a method that has decorated ones: it would receive no value.
 * A parameter with a default needs none, and JavaScript does not report the parameters after it.
 */
export function undecoratedParam(
  type: object,
  methodName: string,
  method: object,
): number | undefined {
  const params = paramsOf(type, methodName);
  if (!params) return undefined;
  const decorated = new Set(Object.values(params).map(({ index }) => index));
  const { length } = method as { readonly length: number };
  const first = Array.from({ length }, (_, index) => index).find((index) => !decorated.has(index));
  return first;
}

/** Resolves the values of a handler's parameters. */
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

function param(kind: number, details: ParamDetails = {}): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined || typeof target === 'function') {
      const className = typeof target === 'function' ? target.name : target.constructor.name;
      throw new InvalidJobHandlerError(
        className,
        String(method ?? 'constructor'),
        `the decorator of parameter ${index} may only be used on an instance method that handles jobs.`,
      );
    }
    addParam(target.constructor, method, { ...details, kind, index });
  };
}
