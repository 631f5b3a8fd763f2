import { isJobContract, jobNamesOf, type JobNameOrContract } from '@nestcraft/engine';
import { IMPORT_CYCLE, optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { noteDecorated } from './decorations.js';
import { InvalidJobListenerError } from '../base/errors.js';
import { JOB_EVENT_NAMES, type JobEventName, type JobEvents } from '../events/work-events.js';

/** Options of an `@OnJobEvent` listener. */
export interface OnJobEventOptions {
  /** The name of the instance of `WorkModule` whose jobs are listened to; default: the unnamed instance. */
  readonly instance?: string | undefined;
}

/** The rules for a listener's options. */
export const LISTENER_OPTIONS: OptionTable<OnJobEventOptions> = { instance: optionRules.NAME };

/** The metadata that `@OnJobEvent` sets on its method. */
export interface JobListenerMetadata {
  readonly event: JobEventName;
  /** The jobs to listen to; empty for all. */
  readonly jobNames: readonly string[];
  readonly options: OnJobEventOptions;
}

const KEY = 'nestcraft:job_listeners';

type Listener<Name extends JobEventName> = (event: JobEvents[Name]) => unknown;

/**
 * Calls a method of a provider whenever the event happens to a job that this process runs. The job does not wait for
 * the method. Errors and rejections are logged and affect neither the job nor other listeners. The decorator may be
 * applied several times to one method.
 *
 * @param event `started`, `done`, `failed`, `retried`, `dead`, `dropped`, `snoozed`, `putBack`, `cancelled` or `lost`
 * @param jobs the jobs to listen to: one or several names or contracts; default: all. A contract includes its aliases
 * @throws InvalidJobListenerError when the class is defined, on anything but an instance method and for an unknown
 * event; when the application starts, in a controller and in a request-scoped provider
 * @throws InvalidOptionError for invalid options
 *
 * @example
 * ```ts
 * @Injectable()
 * class Alarm {
 *   @OnJobEvent('dead', ['charge', 'refund'])
 *   async tell({ job, failure }: JobFailed): Promise<void> {
 *     await this.pager.page(`${job.name} ${job.id}: ${failure.error}`);
 *   }
 * }
 * ```
 */
export function OnJobEvent<Name extends JobEventName>(
  event: Name,
  jobs?: JobNameOrContract | readonly JobNameOrContract[],
  options?: OnJobEventOptions,
): <Method extends Listener<Name>>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;
export function OnJobEvent(
  event: JobEventName,
  ...given: [jobs?: JobNameOrContract | readonly JobNameOrContract[], options?: OnJobEventOptions]
): MethodDecorator {
  const [jobs = [], options = {}] = given;
  const all = typeof jobs === 'string' || isJobContract(jobs) ? [jobs] : jobs;
  return (target, property, descriptor: PropertyDescriptor | undefined) => {
    const method: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof method !== 'function') {
      const { name } = typeof target === 'function' ? target : target.constructor;
      const reason = 'it decorates something other than an instance method.';
      throw new InvalidJobListenerError(name, String(property), reason);
    }
    assertListener(event, target.constructor.name, property);
    // A job was passed but is undefined: the listener would listen to all jobs, or to none.
    if (
      (given.length === 1 && given[0] === undefined) ||
      all.some((job: unknown) => job === undefined)
    ) {
      const reason = `one of its jobs is undefined. ${IMPORT_CYCLE}`;
      throw new InvalidJobListenerError(target.constructor.name, String(property), reason);
    }
    optionRules.assertOptions('@OnJobEvent', options, LISTENER_OPTIONS);
    const listener: JobListenerMetadata = { event, jobNames: all.flatMap(jobNamesOf), options };
    Reflect.defineMetadata(KEY, [...jobListenersOf(method), listener], method);
    noteDecorated(target, {
      decorator: `@OnJobEvent("${event}")`,
      metadataKey: KEY,
      methodName: String(property),
      jobNames: [],
      instance: options.instance,
    });
  };
}

/** @throws InvalidJobListenerError */
function assertListener(event: JobEventName, className: string, property: string | symbol): void {
  if (typeof property === 'symbol') {
    const reason =
      'its name is a symbol, and Nest finds only methods with text names. Give it a text name.';
    throw new InvalidJobListenerError(className, String(property), reason);
  }
  if (JOB_EVENT_NAMES.includes(event)) return;
  const reason = `event "${event}" does not exist. Events: ${JOB_EVENT_NAMES.join(', ')}.`;
  throw new InvalidJobListenerError(className, property, reason);
}

/** Returns the metadata of a method's `@OnJobEvent`s. */
export function jobListenersOf(method: object): readonly JobListenerMetadata[] {
  return (Reflect.getMetadata(KEY, method) as JobListenerMetadata[] | undefined) ?? [];
}
