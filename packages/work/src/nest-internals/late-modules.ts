import type { LazyModuleLoader } from '@nestjs/core';

/**
 * Calls `listen` after each module that is loaded late. Nest does not announce such a module and runs none of its
 * hooks.
 *
 * Relies on `packages/core/injector/lazy-module-loader/lazy-module-loader.ts`: applications call `load` on the one
 * instance that is injected, so a replaced method is called.
 */
export function afterEachLoad(loader: LazyModuleLoader, listen: () => void): void {
  const load = loader.load.bind(loader);
  loader.load = async (...args) => {
    const loaded = await load(...args);
    listen();
    return loaded;
  };
}
