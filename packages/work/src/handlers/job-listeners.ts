import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { jobNamesOf, type Job } from '@nestcraft/engine';
import { errorLine, errorStack, finishWork } from '@nestcraft/engine/internal';
import { InvalidJobListenerError } from '../base/errors.js';
import { JobExplorer } from './job-explorer.js';
import { jobListenersOf, type JobListenerMetadata } from '../decorators/on-job-event.decorator.js';
import { ProviderMethods, type ProviderMethod } from '../nest-internals/provider-methods.js';
import { WorkInstance } from '../instance/work-instance.js';

type FoundListener = JobListenerMetadata & ProviderMethod;

/** Subscribes the `@OnJobEvent` methods of all providers to an instance's events. */
@Injectable()
export class JobListeners {
  constructor(
    private readonly instance: WorkInstance,
    private readonly methods: ProviderMethods,
    private readonly explorer: JobExplorer,
    private readonly modules: ModulesContainer,
  ) {}

  /** @throws InvalidJobListenerError, UnknownWorkInstanceError */
  subscribe(): void {
    this.assertNoneInControllers();
    const listeners = this.find();
    listeners.forEach(assertStatic);
    this.warnOfUnknownNames(listeners);
    for (const listener of listeners) {
      const names = new Set(listener.jobNames);
      this.instance.events[listener.event].subscribe((event) => {
        if (names.size === 0 || names.has(event.job.name)) void this.call(listener, event);
      });
    }
  }

  private find(): FoundListener[] {
    const { instance, modules } = this;
    return [...this.methods.all()].flatMap((found) =>
      jobListenersOf(found.method)
        .map((listener) => ({ ...found, ...listener }))
        .filter(({ options, place }) =>
          instance.owns(options.instance, `@OnJobEvent on ${place}`, modules),
        ),
    );
  }

  private assertNoneInControllers(): void {
    for (const { method, className, methodName } of this.methods.ofControllers()) {
      if (jobListenersOf(method).length === 0) continue;
      const reason = 'it is in a controller, where it is never called. Move it to a provider.';
      throw new InvalidJobListenerError(className, methodName, reason);
    }
  }

  private warnOfUnknownNames(listeners: readonly FoundListener[]): void {
    if (listeners.length === 0) return;
    const known = new Set(
      this.explorer.find().flatMap(({ contract, jobName }) => jobNamesOf(contract ?? jobName)),
    );
    for (const { place, jobNames } of listeners) {
      for (const name of jobNames.filter((one) => !known.has(one))) {
        this.instance.logger.warn(
          `@OnJobEvent on ${place} names "${name}", which no @JobHandler of this application handles: it will receive no events of that job.`,
        );
      }
    }
  }

  /** Looks the method up at each call, so that a test can replace it. */
  private async call(
    { wrapper, className, methodName, event: name }: FoundListener,
    event: { readonly job: Job },
  ): Promise<void> {
    try {
      const instance = wrapper.instance as Record<string, (event: unknown) => unknown>;
      await finishWork(await instance[methodName]?.(event), event.job);
    } catch (error) {
      const place = `${className}.${methodName}`;
      this.instance.logger.error(
        `@OnJobEvent("${name}") on ${place} failed: ${errorLine(error)}`,
        errorStack(error),
      );
    }
  }
}

function assertStatic({ wrapper, className, methodName }: ProviderMethod): void {
  if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return;
  throw new InvalidJobListenerError(
    className,
    methodName,
    'its provider is request-scoped, so no single instance exists to call. Move the listener to a provider with the default scope.',
  );
}
