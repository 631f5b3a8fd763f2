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

// Pipes see the arguments as they see a request's body.
const ARGS = BODY;
const [JOB, CONTEXT, SIGNAL, ATTEMPT] = [101, 102, 103, 104];

/** How `@JobPayload` checks and turns what it gives. */
export interface JobPayloadOptions {
  /** Of any Standard Schema library (zod, valibot, arktype, …): the parameter is what it makes of the arguments. */
  readonly schema?: StandardSchema | undefined;
  /** Run after the schema. */
  readonly pipes?: readonly Pipe[] | undefined;
}

/**
 * The arguments of the job: all of them, or the one of a key. Pipes see them as they see a request's body: a
 * ValidationPipe checks them against the parameter's class. What is not valid is the end of the job: it is dead at once,
 * with all that is wrong as its error.
 *
 * Once a parameter of a handler is decorated, all have to be, or have a default: else the application does not start.
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

/** @throws InvalidOptionError for what is none, such as the undefined of imports that go in a circle */
function pipesOf(option: Pipe | JobPayloadOptions): readonly Pipe[] {
  assertPipe(option);
  if (typeof option === 'function' || 'transform' in option) return [option];
  const { schema, pipes = [] } = option;
  pipes.forEach(assertPipe);
  return schema ? [new SchemaPipe(schema), ...pipes] : pipes;
}

/** A pipe that is not there would check nothing, in silence. */
function assertPipe(option: unknown): void {
  if (typeof option === 'function' || (typeof option === 'object' && option !== null)) return;
  const expected = `a key, a pipe, its class, or { schema, pipes }. ${IMPORT_CYCLE}`;
  throw new InvalidOptionError('@JobPayload', option, expected);
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
  return paramsOf(type, methodName) !== undefined;
}

/**
 * The first parameter of a method that is not decorated though others are, by its index: nobody would give it a value. One
 * with a default has that, and those behind it are not known to be there.
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

function param(kind: number, details: ParamDetails = {}): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined || typeof target === 'function') {
      const className = typeof target === 'function' ? target.name : target.constructor.name;
      throw new InvalidJobHandlerError(
        className,
        String(method ?? 'constructor'),
        `the decorator of parameter ${index} can only stand on a method of an instance: a job's handler.`,
      );
    }
    addParam(target.constructor, method, { ...details, kind, index });
  };
}
