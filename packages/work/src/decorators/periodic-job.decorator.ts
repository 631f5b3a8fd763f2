import type { PeriodicOptions } from '@nestcraft/engine';
import { noteDecorated } from './decorations.js';
import { InvalidJobHandlerError } from '../base/errors.js';

/** The metadata that `@PeriodicJob` sets on its method. */
export interface PeriodicJobMetadata {
  readonly spec: string;
  readonly options: PeriodicOptions;
}

const KEY = 'nestcraft:periodic_jobs';

/**
 * Enqueues the job of a `@JobHandler` method whenever the schedule fires, once across the whole fleet. The decorator
 * may be applied several times to one method.
 *
 * @param spec five cron fields, or six with the seconds first; `@hourly`, `@every 90s`, …: see `parseSchedule`
 * @throws InvalidJobHandlerError when the class is defined, on anything but an instance method; when the application
 * starts, for a spec that is invalid or never fires, and on a method without exactly one `@JobHandler`
 *
 * @example
 * ```ts
 * @Injectable()
 * class Caches {
 *   @JobHandler('calculate_caches')
 *   @PeriodicJob('0 9 * * MON-FRI', { timezone: 'Europe/Berlin', overlap: 'skip' })
 *   async calculate(): Promise<void> {}
 * }
 * ```
 */
export function PeriodicJob(spec: string, options: PeriodicOptions = {}): MethodDecorator {
  return (target, property, descriptor: PropertyDescriptor | undefined) => {
    const method: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof method !== 'function') {
      const { name } = typeof target === 'function' ? target : target.constructor;
      const reason = '@PeriodicJob decorates something other than an instance method.';
      throw new InvalidJobHandlerError(name, String(property), reason);
    }
    const jobs: PeriodicJobMetadata[] = [...periodicJobsOf(method), { spec, options }];
    Reflect.defineMetadata(KEY, jobs, method);
    noteDecorated(target, {
      decorator: `@PeriodicJob("${spec}")`,
      metadataKey: KEY,
      methodName: String(property),
      jobNames: [],
      instance: undefined,
    });
  };
}

/** Returns the metadata of a method's `@PeriodicJob`s. */
export function periodicJobsOf(method: object): readonly PeriodicJobMetadata[] {
  return (Reflect.getMetadata(KEY, method) as PeriodicJobMetadata[] | undefined) ?? [];
}
