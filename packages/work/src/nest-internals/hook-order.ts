import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** First at startup, last at shutdown: global modules have `Number.MAX_VALUE`. */
export const OUTERMOST = Number.POSITIVE_INFINITY;
/** Last at startup, first at shutdown: the root module has 0. */
export const INNERMOST = -1;

/**
 * Sets a module's position in the order in which Nest runs hooks. A module closer to the root module runs later at
 * startup and earlier at shutdown. Among modules at the same distance the order of imports decides, which should not
 * matter to users.
 *
 * Relies on `packages/core/injector/module.ts`: `distance` can be set, and on
 * `packages/core/nest-application-context.ts`: hooks run in its order.
 */
export function placeHooks(modules: ModulesContainer, type: Type, distance: number): void {
  for (const module of modules.values()) {
    if (module.metatype === type) module.distance = distance;
  }
}
