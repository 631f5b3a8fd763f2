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
 * The application's request-scoped global guards, interceptors, pipes and filters. Nest creates them for the requests
 * of controllers; for jobs it would use their placeholders, which are never constructed.
 *
 * Relies on `packages/core/scanner.ts`: Nest keeps them among a module's injectables, under their public name plus a
 * number.
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

  /** Creates them for a job. */
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
