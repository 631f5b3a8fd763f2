import { Injectable } from '@nestjs/common';
import {
  ApplicationConfig,
  ExternalContextCreator,
  ModulesContainer,
  NestContainer,
} from '@nestjs/core';

/**
 * Wraps Nest's own class that runs guards, interceptors, pipes and filters around methods that are not routes.
 *
 * Relies on `packages/core/helpers/external-context-creator.ts`: `fromContainer`, and `transformToResult`, which is
 * private; and on `packages/core/injector/container.ts`: `getModules` returns the map that it works with.
 */
@Injectable()
export class HandlerContexts {
  private readonly global: ExternalContextCreator;
  private own: ExternalContextCreator | undefined;

  constructor(
    applicationContexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
  ) {
    this.global = leavingObservables(applicationContexts);
  }

  /** With the application's global guards, interceptors, pipes and filters as well. */
  get withGlobal(): ExternalContextCreator {
    return this.global;
  }

  /**
   * Without global enhancers, most of which are made for requests. It works on a container that has the application's
   * modules and an empty configuration.
   */
  get withoutGlobal(): ExternalContextCreator {
    if (!this.own) {
      const container = new NestContainer(new ApplicationConfig());
      for (const [key, module] of this.modules) container.getModules().set(key, module);
      this.own = leavingObservables(ExternalContextCreator.fromContainer(container));
    }
    return this.own;
  }
}

/**
 * Returns Observables unchanged. Nest would wait for their completion without a limit, and fail if they emit no value.
 */
function leavingObservables(contexts: ExternalContextCreator): ExternalContextCreator {
  const transformToResult = async (result: unknown): Promise<unknown> => Promise.resolve(result);
  return Object.create(contexts, {
    transformToResult: { value: transformToResult },
  }) as ExternalContextCreator;
}
