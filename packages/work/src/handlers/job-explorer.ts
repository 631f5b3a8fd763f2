import { Injectable } from '@nestjs/common';
import { InvalidJobHandlerError } from '../base/errors.js';
import { jobHandlersOf, type JobHandlerMetadata } from '../decorators/job-handler.decorator.js';
import { periodicJobsOf, type PeriodicJobMetadata } from '../decorators/periodic-job.decorator.js';
import { ProviderMethods, type ProviderMethod } from '../nest-internals/provider-methods.js';

/** A `@JobHandler` and its location. */
export interface FoundHandler extends JobHandlerMetadata, ProviderMethod {
  readonly schedules: readonly PeriodicJobMetadata[];
}

/** Finds the `@JobHandler` methods of all providers. */
@Injectable()
export class JobExplorer {
  constructor(private readonly methods: ProviderMethods) {}

  /** Returns every handler of the application, for all instances. @throws InvalidJobHandlerError */
  find(): FoundHandler[] {
    this.assertNoneInControllers();
    return [...this.methods.all()].flatMap((found) => {
      const handlers = jobHandlersOf(found.method);
      const schedules = periodicJobsOf(found.method);
      if (schedules.length > 0) assertOneName(handlers.length, found.className, found.methodName);
      return handlers.map((handler) => ({ ...found, ...handler, schedules }));
    });
  }

  private assertNoneInControllers(): void {
    for (const { method, className, methodName } of this.methods.ofControllers()) {
      if (jobHandlersOf(method).length === 0) continue;
      const reason =
        'it is in a controller, whose guards and filters are made for requests. Move it to a provider.';
      throw new InvalidJobHandlerError(className, methodName, reason);
    }
  }
}

function assertOneName(count: number, className: string, methodName: string): void {
  if (count === 1) return;
  const reason = `@PeriodicJob needs exactly one @JobHandler on the same method to name the job, but found ${count}.`;
  throw new InvalidJobHandlerError(className, methodName, reason);
}
