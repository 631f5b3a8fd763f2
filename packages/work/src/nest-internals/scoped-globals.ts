import { Injectable } from '@nestjs/common';
import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  ModuleRef,
  ModulesContainer,
  type ContextId,
} from '@nestjs/core';

const GLOBALS = [APP_GUARD, APP_INTERCEPTOR, APP_PIPE, APP_FILTER];

/**
 * The application's global guards, interceptors, pipes and filters that are made for each request. Nest makes them for
 * the requests of controllers; for jobs it would use what it keeps in their place, which no constructor has seen.
 *
 * Leans on `packages/core/scanner.ts`: Nest keeps them among a module's injectables, under their public name and a number.
 */
@Injectable()
export class ScopedGlobals {
  private tokens: readonly string[] | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  get areThere(): boolean {
    return this.found.length > 0;
  }

  /** Makes them for a job. */
  async make(contextId: ContextId): Promise<void> {
    const options = { strict: false };
    await Promise.all(
      this.found.map((token) => this.moduleRef.resolve<unknown>(token, contextId, options)),
    );
  }

  private get found(): readonly string[] {
    this.tokens ??= [...this.modules.values()].flatMap(({ injectables }) =>
      [...injectables.keys()].filter(
        (token) => typeof token === 'string' && GLOBALS.some((name) => token.startsWith(name)),
      ),
    ) as string[];
    return this.tokens;
  }
}
