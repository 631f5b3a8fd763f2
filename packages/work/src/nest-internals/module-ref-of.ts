import { ModuleRef } from '@nestjs/core';
import type { Wrapper } from './provider-methods.js';

/**
 * Returns the ModuleRef of the module that provides a class; each module has its own.
 *
 * Relies on `packages/core/injector/module.ts`: each module has a ModuleRef provider, whose instance is created with
 * the module.
 */
export function moduleRefOf({ host }: Wrapper): ModuleRef | undefined {
  return host?.providers.get(ModuleRef)?.instance as ModuleRef | undefined;
}
