import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { WorkError, type Handler, type JobOptions, type WorkerPool } from '@nestcraft/engine';
import { DuplicateJobHandlerError, InvalidJobHandlerError } from './errors.js';
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
        assertStatic(wrapper, className, methodName);
        const handler = handlerOf(wrapper.instance as Instance, methodName);
        yield { jobName, options, schedules, handler, className, methodName, place };
      }
    }
  }
}

type Instance = Record<string, Handler>;

/** Looked up at each call, so that whoever replaces the method, such as a test's spy, is heard. */
function handlerOf(instance: Instance, methodName: string): Handler {
  return (job, context) => instance[methodName]?.(job, context);
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

function assertStatic(wrapper: Wrapper, className: string, methodName: string): void {
  if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return;
  throw new InvalidJobHandlerError(
    className,
    methodName,
    `${className} is request-scoped or transient, or depends on a provider that is. Handlers need a provider of the default scope; move what is scoped out of it.`,
  );
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
