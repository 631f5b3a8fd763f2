import { ModuleRef } from '@nestjs/core';
import type { Wrapper } from './provider-methods.js';

/**
 * Returns the ModuleRef of the module that provides a class; another module may provide one of its own.
 *
 * Leans on `packages/core/injector/module.ts`: each module has a provider ModuleRef, whose instance is made with it.
 */
export function moduleRefOf({ host }: Wrapper): ModuleRef | undefined {
  return host?.providers.get(ModuleRef)?.instance as ModuleRef | undefined;
}
