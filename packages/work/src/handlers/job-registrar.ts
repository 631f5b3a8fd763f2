import { Injectable } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import {
  InvalidOptionError,
  isWorkError,
  jobNamesOf,
  type Handler,
  type JobOptions,
  type WorkerPool,
} from '@nestcraft/engine';
import { didYouMean, finishing } from '@nestcraft/engine/internal';
import {
  DuplicateJobHandlerError,
  InvalidJobHandlerError,
  InvalidJobConfigurationError,
} from '../base/errors.js';
import { HandlerCaller } from './handler-caller.js';
import { JobExplorer, type FoundHandler } from './job-explorer.js';
import type { JobHandlerOptions } from '../decorators/job-handler.decorator.js';
import { JobDecoratorService } from '../options/job-decorator.service.js';
import { byJobName, findConfigurations, type ResolvedConfiguration } from './job-configuration.js';
import { selectedJobs } from '../options/job-selection.js';
import type { Registration } from './start-report.js';
import { WorkInstance } from '../instance/work-instance.js';

/** Registers the handlers of an instance with its pool. */
@Injectable()
export class JobRegistrar {
  constructor(
    private readonly instance: WorkInstance,
    private readonly explorer: JobExplorer,
    private readonly caller: HandlerCaller,
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
  ) {}

  /**
   * Registers the jobs that this process runs.
   *
   * @throws DuplicateJobHandlerError, InvalidJobHandlerError, InvalidJobConfigurationError, UnknownJobSelectionError,
   * UnknownWorkInstanceError
   */
  register(decorator: JobDecoratorService): Registration {
    const handlers = this.ownHandlers();
    const configurations = this.ownConfigurations(handlers);
    const selected = selectedJobs([...handlers.keys()], this.instance.options);
    const registered = [...handlers.values()].filter(({ jobName }) => selected.has(jobName));
    for (const handler of registered) {
      this.add(handler, configurations.get(handler.jobName), decorator);
    }
    const leftOut = [...handlers.keys()].filter((jobName) => !selected.has(jobName));
    return { handlers: registered, leftOut };
  }

  private ownHandlers(): Map<string, FoundHandler> {
    const all = this.explorer.find();
    const own = all.filter(({ options, place }) =>
      this.isOwn(options.instance, `@JobHandler on ${place}`),
    );
    assertDistinct(own);
    this.instance.catalog.note(all, this.instance.name);
    return new Map(own.map((handler) => [handler.jobName, handler]));
  }

  private ownConfigurations(
    handlers: ReadonlyMap<string, FoundHandler>,
  ): Map<string, ResolvedConfiguration> {
    const configurations = byJobName(
      findConfigurations(this.discovery).filter(({ instance, jobName }) =>
        this.isOwn(instance, `WorkModule.configureJobs() for job "${jobName}"`),
      ),
    );
    for (const jobName of configurations.keys()) {
      if (handlers.has(jobName)) continue;
      const known = [...handlers.keys()];
      const list = `Jobs with a handler: ${known.join(', ') || '(none)'}.`;
      const parts = ['no @JobHandler handles it.', didYouMean(jobName, known), list];
      throw new InvalidJobConfigurationError(
        jobName,
        parts.filter((part) => part !== undefined).join(' '),
      );
    }
    return configurations;
  }

  private isOwn(instance: string | undefined, place: string): boolean {
    return this.instance.owns(instance, place, this.modules);
  }

  private add(
    found: FoundHandler,
    configuration: ResolvedConfiguration | undefined,
    decorator: JobDecoratorService,
  ): void {
    const { jobName, wrapper, prototype, className, methodName } = found;
    const job = { jobName, className, methodName, instance: this.instance.name };
    try {
      const options = configuration ? configuration.over(found.options) : found.options;
      const handler = this.caller.handlerFor(wrapper, prototype, methodName);
      const whole = isDecorating(decorator) ? finishing(handler) : handler;
      addTo(this.instance.pool, { ...found, options }, decorator.decorate(whole, job));
    } catch (error) {
      if (!isWorkError(error) || error instanceof InvalidJobHandlerError) throw error;
      const isConfigured =
        error instanceof InvalidOptionError && error.option in (configuration?.options ?? {});
      if (isConfigured) {
        throw new InvalidJobConfigurationError(jobName, error.message, error);
      }
      throw new InvalidJobHandlerError(className, methodName, error.message, error);
    }
  }
}

/** @throws DuplicateJobHandlerError for two handlers of one name, aliases included */
function assertDistinct(handlers: readonly FoundHandler[]): void {
  const places = new Map<string, string>();
  for (const { jobName, contract, place } of handlers) {
    for (const name of jobNamesOf(contract ?? jobName)) {
      const other = places.get(name);
      if (other !== undefined) throw new DuplicateJobHandlerError(name, other, place);
      places.set(name, place);
    }
  }
}

/**
 * Returns whether the decorator is overridden: it may wait for the handler and discard its result, such as an
 * Observable.
 */
function isDecorating(decorator: JobDecoratorService): boolean {
  return decorator.constructor !== JobDecoratorService;
}

function addTo(pool: WorkerPool, found: FoundHandler, handler: Handler): void {
  const { jobName, contract, schedules } = found;
  const options = withoutInstance(found.options);
  if (contract) pool.job(contract, options, handler as Handler<unknown, unknown>);
  else pool.job(jobName, options, handler);
  for (const schedule of schedules) {
    if (contract) pool.periodicallyEnqueue(schedule.spec, contract, schedule.options);
    else pool.periodicallyEnqueue(schedule.spec, jobName, schedule.options);
  }
}

function withoutInstance(options: JobHandlerOptions): JobOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'instance'));
}
