import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** Before all others at start, after all others at the end: global modules have `Number.MAX_VALUE`. */
export const OUTERMOST = Number.POSITIVE_INFINITY;
/** After all others at start, before all others at the end: the root module has 0. */
export const INNERMOST = -1;

/**
 * Places a module in the order in which Nest runs hooks: the later at start, and the sooner at the end, the closer it
 * is to the root module. Among modules of one distance the order of imports decides, which users should not need to
 * think of.
 *
 * Leans on `packages/core/injector/module.ts`: `distance` can be set, and on `packages/core/nest-application-context.ts`:
 * hooks run in its order.
 */
export function placeHooks(modules: ModulesContainer, type: Type, distance: number): void {
  for (const module of modules.values()) {
    if (module.metatype === type) module.distance = distance;
  }
}
