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
  /** The instance of `WorkModule` whose jobs it handles, by its name; default: the unnamed one. */
  readonly instance?: string | undefined;
}

/** What `@JobHandler` leaves on its method. */
export interface JobHandlerMetadata {
  readonly jobName: string;
  readonly contract?: JobContract | undefined;
  readonly options: JobHandlerOptions;
}

/** Stands on a method that a contract's job can be given to; anything else does not compile. */
export type ContractHandlerDecorator<Output> = <Method extends (...params: never[]) => unknown>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    TypedPropertyDescriptor<HandlerMethod<Method, Output>>,
) => void;

// A fixed name, so that two copies of this package find each other's handlers.
const KEY = 'nestcraft:job_handlers';

/**
 * Makes a method of a provider the handler of a job name. It is called on the provider's instance as
 * `(job, context)`; the job is done when what it returns has resolved, and has failed when it throws. May stand
 * several times on one method.
 *
 * @param options how the jobs are run; gocraft/work's defaults: priority 1, maxFails 4
 * @throws InvalidJobHandlerError, when the class is defined, on anything but a method of an instance; when the
 * application starts, in a controller, and for options that make no sense or that there are not
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
 * The same for a contract: the method gets what its schema makes of the arguments, and the compiler sees to it that it
 * takes that. Jobs of the contract's aliases go to it, too; those whose arguments do not fit are dead at once, before
 * guards, interceptors and pipes.
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
    // Nest's scanner passes over them.
    if (typeof property === 'symbol') {
      throw notAMethod(target.constructor.name, property, 'a method that is named by a symbol');
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

/** What the `@JobHandler`s of a method say. */
export function jobHandlersOf(method: object): readonly JobHandlerMetadata[] {
  return (Reflect.getMetadata(KEY, method) as JobHandlerMetadata[] | undefined) ?? [];
}

/** Or it would be found out when the application starts, of a class that nobody could name. */
function notNamed(target: object, property: string | symbol): Error {
  const { name } = typeof target === 'function' ? target : target.constructor;
  return new InvalidJobHandlerError(
    name,
    String(property),
    `it names no job, but undefined. Give the job's name or its contract. ${IMPORT_CYCLE}`,
  );
}

/** What is in it is looked at when the application starts. @throws InvalidJobHandlerError */
function assertObject(options: unknown, className: string, property: string): void {
  if (optionRules.isRecord(options)) return;
  const error = new InvalidOptionError('options of @JobHandler', options, 'an object');
  throw new InvalidJobHandlerError(className, property, error.message, error);
}

function notAMethod(className: string, property: string | symbol, what: string): Error {
  return new InvalidJobHandlerError(
    className,
    String(property),
    `it stands on ${what}. Put it on a method with a name, which is called on the provider's instance as (job, context).`,
  );
}
