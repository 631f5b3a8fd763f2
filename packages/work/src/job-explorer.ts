import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { WorkError, type Handler, type JobOptions, type WorkerPool } from '@nestcraft/engine';
import { DuplicateJobHandlerError, InvalidJobHandlerError } from './errors.js';
import { HandlerCaller } from './handler-caller.js';
import { jobHandlersOf } from './job-handler.decorator.js';
import { periodicJobsOf, type PeriodicJobMetadata } from './periodic-job.decorator.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A handler and where it was found. */
interface FoundHandler {
  readonly jobName: string;
  readonly options: JobOptions;
  readonly schedules: readonly PeriodicJobMetadata[];
  readonly handler: Handler;
  readonly className: string;
  readonly methodName: string;
  /** For messages. */
  readonly place: string;
}

/** Finds the `@JobHandler` methods of all providers and registers them with the pool. */
@Injectable()
export class JobExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly caller: HandlerCaller,
  ) {}

  /**
   * Registers every handler; returns how many there are.
   *
   * @throws DuplicateJobHandlerError, InvalidJobHandlerError
   */
  register(pool: WorkerPool): number {
    const found = new Map<string, FoundHandler>();
    for (const wrapper of this.discovery.getProviders()) {
      for (const handler of this.handlersOf(wrapper)) {
        const other = found.get(handler.jobName);
        if (other) throw new DuplicateJobHandlerError(handler.jobName, other.place, handler.place);
        found.set(handler.jobName, handler);
        addTo(pool, handler);
      }
    }
    return found.size;
  }

  private *handlersOf(wrapper: Wrapper): Generator<FoundHandler> {
    const prototype = prototypeOf(wrapper);
    if (!prototype) return;
    for (const methodName of this.scanner.getAllMethodNames(prototype)) {
      const method = (prototype as Record<string, unknown>)[methodName];
      if (typeof method !== 'function') continue;
      const className = (prototype.constructor as { name: string }).name;
      const handlers = jobHandlersOf(method);
      const schedules = periodicJobsOf(method);
      if (schedules.length > 0) assertOneName(handlers.length, className, methodName);
      for (const { jobName, options } of handlers) {
        const place = `${className}.${methodName} (${wrapper.host?.name ?? 'no module'})`;
        const handler = this.caller.handlerFor(wrapper, prototype, methodName);
        yield { jobName, options, schedules, handler, className, methodName, place };
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

function addTo(pool: WorkerPool, found: FoundHandler): void {
  const { jobName, options, schedules, handler, className, methodName } = found;
  try {
    pool.job(jobName, options, handler);
    for (const { spec, options } of schedules) pool.periodicallyEnqueue(spec, jobName, options);
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    throw new InvalidJobHandlerError(className, methodName, error.message, error);
  }
}
