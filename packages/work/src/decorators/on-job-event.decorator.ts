import { isJobContract, jobNamesOf, type JobNameOrContract } from '@nestcraft/engine';
import { IMPORT_CYCLE, optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { noteDecorated } from './decorations.js';
import { InvalidJobListenerError } from '../base/errors.js';
import { JOB_EVENT_NAMES, type JobEventName, type JobEvents } from '../events/work-events.js';

/** To which jobs a listener listens. */
export interface OnJobEventOptions {
  /** The named instance of `WorkModule` whose jobs these are; default: the unnamed one. */
  readonly instance?: string | undefined;
}

/** What the options of a listener may be. */
export const LISTENER_OPTIONS: OptionTable<OnJobEventOptions> = { instance: optionRules.NAME };

/** What `@OnJobEvent` leaves on its method. */
export interface JobListenerMetadata {
  readonly event: JobEventName;
  /** Empty for all. */
  readonly jobNames: readonly string[];
  readonly options: OnJobEventOptions;
}

const KEY = 'nestcraft:job_listeners';

type Listener<Name extends JobEventName> = (event: JobEvents[Name]) => unknown;

/**
 * Has a method of a provider called whenever something happens to a job that this process runs. What it throws or
 * rejects with is logged, and harms neither the job nor other listeners; nobody waits for it. May stand several times on
 * one method.
 *
 * @param event `started`, `done`, `failed`, `retried`, `dead`, `dropped`, `snoozed`, `putBack`, `cancelled` or `lost`
 * @param jobs of which jobs, by name or contract, one or several; default: of all. A contract stands for its aliases, too
 * @throws InvalidJobListenerError, when the class is defined, on anything but a method of an instance, and for an
 * event that there is not, InvalidOptionError; when the application starts, in a controller, or in a provider that is made for each request
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
      const reason = 'it stands on something else than a method of an instance.';
      throw new InvalidJobListenerError(name, String(property), reason);
    }
    assertListener(event, target.constructor.name, property);
    // Given, and not there: it would listen to all jobs, or to none.
    if (
      (given.length === 1 && given[0] === undefined) ||
      all.some((job: unknown) => job === undefined)
    ) {
      const reason = `it names a job, but that is undefined. ${IMPORT_CYCLE}`;
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
    const reason = 'its name is a symbol, by which Nest does not find it. Give it a name.';
    throw new InvalidJobListenerError(className, String(property), reason);
  }
  if (JOB_EVENT_NAMES.includes(event)) return;
  const reason = `there is no event "${event}". There are: ${JOB_EVENT_NAMES.join(', ')}.`;
  throw new InvalidJobListenerError(className, property, reason);
}

/** What the `@OnJobEvent`s of a method say. */
export function jobListenersOf(method: object): readonly JobListenerMetadata[] {
  return (Reflect.getMetadata(KEY, method) as JobListenerMetadata[] | undefined) ?? [];
}
