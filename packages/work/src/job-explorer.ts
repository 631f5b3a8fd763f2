import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidJobHandlerError } from './errors.js';
import { jobHandlersOf, type JobHandlerMetadata } from './job-handler.decorator.js';
import { periodicJobsOf, type PeriodicJobMetadata } from './periodic-job.decorator.js';

export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A `@JobHandler` and where it was found. */
export interface FoundHandler extends JobHandlerMetadata {
  readonly schedules: readonly PeriodicJobMetadata[];
  readonly wrapper: Wrapper;
  /** Where the decorated method is. */
  readonly prototype: object;
  readonly className: string;
  readonly methodName: string;
  /** For messages. */
  readonly place: string;
}

/** Finds the `@JobHandler` methods of all providers. */
@Injectable()
export class JobExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Every handler of the application, whatever instance it belongs to. @throws InvalidJobHandlerError */
  find(): FoundHandler[] {
    return this.discovery.getProviders().flatMap((wrapper) => [...this.handlersOf(wrapper)]);
  }

  private *handlersOf(wrapper: Wrapper): Generator<FoundHandler> {
    const prototype = prototypeOf(wrapper);
    if (!prototype) return;
    const className = (prototype.constructor as { name: string }).name;
    for (const methodName of this.scanner.getAllMethodNames(prototype)) {
      const method = (prototype as Record<string, unknown>)[methodName];
      if (typeof method !== 'function') continue;
      const handlers = jobHandlersOf(method);
      const schedules = periodicJobsOf(method);
      if (schedules.length > 0) assertOneName(handlers.length, className, methodName);
      const place = `${className}.${methodName} (${wrapper.host?.name ?? 'no module'})`;
      for (const handler of handlers) {
        yield { ...handler, schedules, wrapper, prototype, className, methodName, place };
      }
    }
  }
}

/** The prototype holds the methods that were decorated, whatever a proxy around the instance shows. */
function prototypeOf(wrapper: Wrapper): object | undefined {
  if (wrapper.isAlias) return undefined;
  if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) {
    return (wrapper.metatype as { prototype?: object } | null)?.prototype;
  }
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
}

function assertOneName(count: number, className: string, methodName: string): void {
  if (count === 1) return;
  const reason = `@PeriodicJob needs exactly one @JobHandler beside it, which names the job; there are ${count}.`;
  throw new InvalidJobHandlerError(className, methodName, reason);
}
