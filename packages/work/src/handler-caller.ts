import { Injectable } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import {
  ApplicationConfig,
  ContextIdFactory,
  ExternalContextCreator,
  ModuleRef,
  ModulesContainer,
  NestContainer,
  type ContextId,
} from '@nestjs/core';
import type { Handler, Job } from '@nestcraft/engine';
import { JOB_CONTEXT_TYPE } from './job-arguments-host.js';
import { hasDecoratedParams, JOB_PARAMS } from './job-params.decorators.js';
import type { Wrapper } from './provider-methods.js';
import { WorkInstance } from './work-instance.js';

type Instance = Record<string, Handler>;
/** Where a handler's instance is: made once, or for one job. */
interface Place {
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

const ENHANCERS = [
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  EXCEPTION_FILTERS_METADATA,
];

/**
 * Makes the functions that the pool calls out of the methods that are decorated. A plain method of a provider that is
 * made once is called as it is; guards, interceptors, pipes, filters and decorated parameters are Nest's own doing, and
 * a provider that depends on the job is made anew for each.
 */
@Injectable()
export class HandlerCaller {
  private ownContexts: ExternalContextCreator | undefined;

  constructor(
    private readonly instance: WorkInstance,
    private readonly applicationContexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @param prototype where the decorated method is */
  handlerFor(wrapper: Wrapper, prototype: object, methodName: string): Handler {
    const isStatic = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
    const isEnhanced = this.isEnhanced(prototype, methodName);
    if (!isStatic) return this.scoped(wrapper, methodName, isEnhanced);
    const instance = wrapper.instance as Instance;
    if (isEnhanced) return this.enhanced(instance, methodName, { inquirerId: wrapper.id });
    // Looked up at each call, so that whoever replaces the method, such as a test's spy, is heard.
    return (job, context) => instance[methodName]?.(job, context);
  }

  private isEnhanced(prototype: object, methodName: string): boolean {
    const type = prototype.constructor;
    const method = (prototype as Record<string, object>)[methodName] ?? {};
    return (
      this.instance.options.enhancers?.global === true ||
      hasDecoratedParams(type, methodName) ||
      ENHANCERS.some((key) => Reflect.hasMetadata(key, type) || Reflect.hasMetadata(key, method))
    );
  }

  private enhanced(instance: Instance, methodName: string, place: Place): Handler {
    const method = (Object.getPrototypeOf(instance) as Instance)[methodName];
    if (!method) throw new TypeError(`There is no method ${methodName}`);
    const { global = false } = this.instance.options.enhancers ?? {};
    // Without a filter there is nobody to ask; and Nest would log every error, which the pool does.
    const filters =
      global ||
      [instance.constructor, method].some((one) =>
        Reflect.hasMetadata(EXCEPTION_FILTERS_METADATA, one),
      );
    const contexts = global ? this.applicationContexts : this.contexts;
    return contexts.create(
      instance,
      method as (...args: unknown[]) => unknown,
      methodName,
      ROUTE_ARGS_METADATA,
      JOB_PARAMS,
      place.contextId,
      place.inquirerId,
      { guards: true, interceptors: true, filters },
      JOB_CONTEXT_TYPE,
    ) as Handler;
  }

  private scoped(wrapper: Wrapper, methodName: string, isEnhanced: boolean): Handler {
    // That of the module which provides the class: another may provide one of its own.
    const moduleRef =
      (wrapper.host?.providers.get(ModuleRef)?.instance as ModuleRef | undefined) ?? this.moduleRef;
    return async (job, context) => {
      const contextId = ContextIdFactory.getByRequest(job);
      moduleRef.registerRequestByContextId<Job>(job, contextId);
      const instance = await moduleRef.resolve<Instance>(wrapper.token as never, contextId, {
        strict: false,
      });
      if (!isEnhanced) return instance[methodName]?.(job, context);
      const place = { contextId, inquirerId: wrapper.id };
      return this.enhanced(instance, methodName, place)(job, context);
    };
  }

  /**
   * The application's guards, interceptors, pipes and filters, but none that are global: those are made for requests,
   * mostly. Nest's own class, on a container that has the application's modules and an empty configuration.
   */
  private get contexts(): ExternalContextCreator {
    if (!this.ownContexts) {
      const container = new NestContainer(new ApplicationConfig());
      for (const [key, module] of this.modules) container.getModules().set(key, module);
      this.ownContexts = ExternalContextCreator.fromContainer(container);
    }
    return this.ownContexts;
  }
}
