import {
  ContextIdFactory,
  type ContextId,
  type ContextIdResolver,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { currentTenant } from './current-tenant.js';

/** Gives each tenant one set of durable providers, which its requests and its jobs share. */
export class TenantStrategy implements ContextIdStrategy {
  readonly #contexts = new Map<string, ContextId>();

  attach(contextId: ContextId): ContextIdResolver {
    const tenant = currentTenant.getStore();
    if (tenant === undefined) throw new Error('A tenant is needed here, and there is none');
    const ofTenant = this.#contextOf(tenant);
    return {
      resolve: ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? ofTenant : contextId),
      payload: { tenant },
    };
  }

  #contextOf(tenant: string): ContextId {
    const context = this.#contexts.get(tenant) ?? ContextIdFactory.create();
    this.#contexts.set(tenant, context);
    return context;
  }
}
