import {
  InvalidOptionError,
  isJobContract,
  jobNameOf,
  jobNamesOf,
  type JobArgs,
  type JobContract,
  type JobNameOrContract,
  type JobOptions,
} from '@nestcraft/engine';
import { IMPORT_CYCLE, optionRules } from '@nestcraft/engine/internal';
import { noteDecorated } from './decorations.js';
import { InvalidJobHandlerError } from '../base/errors.js';
import type { HandlerMethod } from './handler-method.js';

/** Options of a handler's jobs. `WorkModule.configureJobs` and `configureJobsAsync` override them. */
export interface JobHandlerOptions extends JobOptions {
  /** The name of the instance of `WorkModule` whose jobs the method handles; default: the unnamed instance. */
  readonly instance?: string | undefined;
}

/** The metadata that `@JobHandler` sets on its method. */
export interface JobHandlerMetadata {
  readonly jobName: string;
  readonly contract?: JobContract | undefined;
  readonly options: JobHandlerOptions;
}

/** A decorator for methods that accept a contract's job; on any other method it does not compile. */
export type ContractHandlerDecorator<Output> = <Method extends (...params: never[]) => unknown>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    TypedPropertyDescriptor<HandlerMethod<Method, Output>>,
) => void;

// A fixed name, so that two copies of this package find each other's handlers.
const KEY = 'nestcraft:job_handlers';

/**
 * Makes a method of a provider the handler of a job name. The method is called on the provider's instance as
 * `(job, context)`. The job is done when the returned value has resolved, and fails when the method throws or rejects.
 * The decorator may be applied several times to one method.
 *
 * @param options how the jobs are run; the defaults are gocraft/work's: priority 1, maxFails 4
 * @throws InvalidJobHandlerError when the class is defined, on anything but an instance method; when the application
 * starts, in a controller and for invalid or unknown options
 *
 * @example
 * ```ts
 * @Injectable()
 * class Mailer {
 *   @JobHandler('send_email', { maxFails: 3 })
 *   async sendEmail(job: Job<{ address: string }>): Promise<void> {
 *     await this.smtp.send(job.args.address);
 *   }
 * }
 * ```
 */
export function JobHandler(jobName: string, options?: JobHandlerOptions): MethodDecorator;
/**
 * Makes a method the handler of a contract's jobs, aliases included. The method receives the arguments as parsed by the
 * contract's schema, and the compiler checks that it accepts them. Jobs with invalid arguments are dead immediately,
 * before guards, interceptors and pipes run.
 *
 * @example
 * ```ts
 * @JobHandler(SendEmail, { maxFails: 3 })
 * async sendEmail(job: JobOf<typeof SendEmail>): Promise<void> {
 *   await this.smtp.send(job.args.to);
 * }
 * ```
 */
export function JobHandler<Input extends JobArgs, Output>(
  contract: JobContract<Input, Output>,
  options?: JobHandlerOptions,
): ContractHandlerDecorator<Output>;
export function JobHandler(
  job: JobNameOrContract,
  options: JobHandlerOptions = {},
): MethodDecorator {
  const added = {
    jobName: jobNameOf(job),
    contract: isJobContract(job) ? job : undefined,
    options,
  };
  return (target, property, descriptor: PropertyDescriptor | undefined) => {
    if ((job as unknown) === undefined) throw notNamed(target, property);
    const method: unknown = descriptor?.value;
    if (typeof target === 'function') {
      throw notAMethod(target.name, property, 'a static member');
    }
    if (typeof method !== 'function') {
      throw notAMethod(
        target.constructor.name,
        property,
        descriptor ? 'an accessor' : 'a property',
      );
    }
    // Nest's scanner skips them.
    if (typeof property === 'symbol') {
      throw notAMethod(target.constructor.name, property, 'a method whose name is a symbol');
    }
    assertObject(options, target.constructor.name, property);
    const handlers: JobHandlerMetadata[] = [...jobHandlersOf(method), added];
    Reflect.defineMetadata(KEY, handlers, method);
    noteDecorated(target, {
      decorator: `@JobHandler("${added.jobName}")`,
      metadataKey: KEY,
      methodName: property,
      jobNames: jobNamesOf(job),
      instance: options.instance,
    });
  };
}

/** Returns the metadata of a method's `@JobHandler`s. */
export function jobHandlersOf(method: object): readonly JobHandlerMetadata[] {
  return (Reflect.getMetadata(KEY, method) as JobHandlerMetadata[] | undefined) ?? [];
}

/**
 * Returns the error for an undefined job. It is thrown while the class is being defined: later, the class could not be
 * named.
 */
function notNamed(target: object, property: string | symbol): Error {
  const { name } = typeof target === 'function' ? target : target.constructor;
  return new InvalidJobHandlerError(
    name,
    String(property),
    `its job is undefined. Pass the job's name or its contract. ${IMPORT_CYCLE}`,
  );
}

/**
 * Checks the type only; the options themselves are checked when the application starts.
 *
 * @throws InvalidJobHandlerError
 */
function assertObject(options: unknown, className: string, property: string): void {
  if (optionRules.isRecord(options)) return;
  const error = new InvalidOptionError('options of @JobHandler', options, 'an object');
  throw new InvalidJobHandlerError(className, property, error.message, error);
}

function notAMethod(className: string, property: string | symbol, what: string): Error {
  return new InvalidJobHandlerError(
    className,
    String(property),
    `it decorates ${what}. Put it on a named instance method, which is called as (job, context).`,
  );
}
