import { Injectable } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import type { Handler, Job } from '@nestcraft/engine';
import {
  callMethod,
  decoratedMethod,
  type DecoratedMethod,
  type Instance,
} from '../base/decorated-method.js';
import { JobEnhancers } from './job-enhancers.js';
import { moduleRefOf } from '../nest-internals/module-ref-of.js';
import type { Wrapper } from '../nest-internals/provider-methods.js';
import { assertMade } from '../nest-internals/unmade-enhancers.js';

/**
 * Turns decorated methods into the functions that the pool calls. A plain method of a singleton provider is called
 * directly. Nest runs guards, interceptors, pipes, filters and decorated parameters. A provider that depends on the job
 * is created for each job.
 */
@Injectable()
export class HandlerCaller {
  constructor(
    private readonly enhancers: JobEnhancers,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * @param prototype the prototype that declares the decorated method
   * @throws WorkError if Nest would skip a guard or another enhancer
   */
  handlerFor(wrapper: Wrapper, prototype: object, methodName: string): Handler {
    const decorated = decoratedMethod(prototype, methodName);
    const isEnhanced = this.enhancers.hasAny(prototype, methodName);
    if (isEnhanced) assertMade(decorated, wrapper);
    const isStatic = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
    if (!isStatic || this.enhancers.areMadePerJob)
      return this.scoped(wrapper, decorated, isEnhanced);
    const instance = wrapper.instance as Instance;
    if (isEnhanced)
      return this.enhancers.around({ ...decorated, instance, inquirerId: wrapper.id });
    return (job, context) => callMethod(instance, methodName, [job, context]);
  }

  private scoped(wrapper: Wrapper, decorated: DecoratedMethod, isEnhanced: boolean): Handler {
    const moduleRef = moduleRefOf(wrapper) ?? this.moduleRef;
    return async (job, context) => {
      const contextId = ContextIdFactory.getByRequest(job);
      moduleRef.registerRequestByContextId<Job>(job, contextId);
      const instance = await moduleRef.resolve<Instance>(wrapper.token as never, contextId, {
        strict: false,
      });
      if (!isEnhanced) return callMethod(instance, decorated.methodName, [job, context]);
      await this.enhancers.makeFor(contextId);
      const place = { ...decorated, instance, contextId, inquirerId: wrapper.id };
      return this.enhancers.around(place)(job, context);
    };
  }
}
