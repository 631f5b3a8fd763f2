import { Injectable } from '@nestjs/common';
import type { ContextId, ExternalContextCreator } from '@nestjs/core';
import type { Handler } from '@nestcraft/engine';
import { finishing } from '@nestcraft/engine/internal';
import {
  lookingUp,
  type DecoratedMethod,
  type Instance,
  type Method,
} from '../base/decorated-method.js';
import { JOB_CONTEXT_TYPE } from './job-arguments-host.js';
import { InvalidJobHandlerError } from '../base/errors.js';
import {
  hasDecoratedParams,
  JOB_PARAMS,
  undecoratedParam,
} from '../decorators/job-params.decorators.js';
import { HandlerContexts } from '../nest-internals/handler-contexts.js';
import { ENHANCER_KEYS, FILTERS_KEY, PARAMS_KEY } from '../nest-internals/metadata-keys.js';
import { ScopedGlobals } from '../nest-internals/scoped-globals.js';
import { WorkInstance } from '../instance/work-instance.js';

/** A decorated method, and on which instance it is called: one that is made once, or for one job. */
export interface Place extends DecoratedMethod {
  readonly instance: Instance;
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

/** Nest's guards, interceptors, pipes, filters and decorated parameters, around the handlers of jobs. */
@Injectable()
export class JobEnhancers {
  constructor(
    private readonly work: WorkInstance,
    private readonly contexts: HandlerContexts,
    private readonly scopedGlobals: ScopedGlobals,
  ) {}

  /** Whether something global has to be made for each job. */
  get areMadePerJob(): boolean {
    return this.withGlobal && this.scopedGlobals.areThere;
  }

  /** Makes what has to be. */
  async makeFor(contextId: ContextId): Promise<void> {
    if (this.areMadePerJob) await this.scopedGlobals.make(contextId);
  }

  /**
   * Whether there is anything around a method.
   *
   * @param prototype where the method is
   * @throws InvalidJobHandlerError for a method of which some parameters are decorated, and others are not
   */
  hasAny(prototype: object, methodName: string): boolean {
    const type = prototype.constructor;
    const method = (prototype as Record<string, object>)[methodName] ?? {};
    assertAllDecorated(type, methodName, method);
    return (
      this.withGlobal ||
      hasDecoratedParams(type, methodName) ||
      ENHANCER_KEYS.some(
        (key) => Reflect.hasMetadata(key, type) || Reflect.hasMetadata(key, method),
      )
    );
  }

  /** What the instance has under the method's name, with all that is around the method. */
  around(place: Place): Handler {
    const { instance, method, methodName } = place;
    const asDecorated = lazily(() => this.surrounded(place, method));
    const asReplaced = lazily(() => this.surrounded(asItWas(place), lookingUp(place, instance)));
    const current = (): Handler => (instance[methodName] === method ? asDecorated() : asReplaced());
    current(); // So that Nest tells at the start what it thinks of the decorations.
    return (job, context) => current()(job, context);
  }

  private surrounded(place: Place, method: Method): Handler {
    // Inside of the filters, which hear how an Observable ends.
    const run = finishing(
      this.create(place, method, { guards: true, interceptors: true, filters: false }),
    );
    if (!this.hasFilters(place, method)) return run;
    const filter = this.filterOf(place, method);
    return async (job, context) => {
      try {
        return await run(job, context);
      } catch (error) {
        const decision = await filter(job, context, error);
        if (decision === undefined) throw error;
        return decision;
      }
    };
  }

  /**
   * The filters alone, around a function that throws what the handler has thrown. Nest takes a filter that promises
   * nothing for one that has decided: with an async filter that only reports, jobs that fail would be done.
   */
  private filterOf(place: Place, method: Method): Method {
    const rethrow = (_job: unknown, _context: unknown, error: unknown): never => {
      throw error;
    };
    const filters: unknown = Reflect.getMetadata(FILTERS_KEY, method) ?? [];
    Reflect.defineMetadata(FILTERS_KEY, filters, rethrow);
    const options = { guards: false, interceptors: false, filters: true };
    // A separate name, because Nest caches a method's parameters by name.
    const methodName = `filters of ${place.methodName}`;
    return this.create({ ...place, methodName }, rethrow, options);
  }

  /** Without a filter the call is pointless, and Nest would log every error, which the pool already does. */
  private hasFilters({ prototype }: Place, method: Method): boolean {
    const decorated = [prototype.constructor, method];
    return this.withGlobal || decorated.some((one) => Reflect.hasMetadata(FILTERS_KEY, one));
  }

  private create(
    { instance, methodName, contextId, inquirerId }: Place,
    method: Method,
    options: Parameters<ExternalContextCreator['create']>[7],
  ): Method {
    const contexts = this.withGlobal ? this.contexts.withGlobal : this.contexts.withoutGlobal;
    return contexts.create(
      instance,
      method,
      methodName,
      PARAMS_KEY,
      JOB_PARAMS,
      contextId,
      inquirerId,
      options,
      JOB_CONTEXT_TYPE,
    ) as Method;
  }

  private get withGlobal(): boolean {
    return this.work.options.enhancers?.global === true;
  }
}

function assertAllDecorated(
  type: { readonly name: string },
  methodName: string,
  method: object,
): void {
  const index = undecoratedParam(type, methodName, method);
  if (index === undefined) return;
  throw new InvalidJobHandlerError(
    type.name,
    methodName,
    `parameter ${index} has no decorator although others do, so it would receive no value. Decorate all parameters or none: @JobRef() injects the job, @JobContext() its context.`,
  );
}

/**
 * Returns the place with an instance through which Nest finds the original class and its decorations, even if a
 * stand-in has replaced the instance.
 */
function asItWas(place: Place): Place {
  return { ...place, instance: Object.create(place.prototype) as Instance };
}

function lazily<Value extends object>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}
