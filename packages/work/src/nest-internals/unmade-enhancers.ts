import { WorkError } from '@nestcraft/engine';
import type { DecoratedMethod } from '../base/decorated-method.js';
import { ENHANCER_KEYS } from './metadata-keys.js';
import { paramsOf } from './param-metadata.js';
import type { Wrapper } from './provider-methods.js';

/**
 * Refuses guards, interceptors, pipes and filters that are named by their classes and that Nest has not made: it would
 * pass over them without a word. It makes those of the classes that it makes itself, but not of what a factory or a value
 * provides.
 *
 * Leans on `packages/core/injector/module.ts`: `injectables` has what Nest has made for the classes of a module.
 *
 * @throws WorkError
 */
export function assertMade(
  { prototype, method, methodName }: DecoratedMethod,
  { host }: Wrapper,
): void {
  const type = prototype.constructor;
  const decorated = ENHANCER_KEYS.flatMap((key) => [...listAt(key, type), ...listAt(key, method)]);
  for (const enhancer of [...decorated, ...paramPipes(type, methodName)]) {
    if (typeof enhancer !== 'function' || !host || host.injectables.has(enhancer)) continue;
    throw new WorkError(
      `Nest has not made its ${enhancer.name}, and would leave it out: ${type.name} is provided by a factory, as a value, or under another token. Provide the class (providers: [${type.name}]), or decorate with an instance (new ${enhancer.name}(…)).`,
    );
  }
}

function listAt(key: string, decorated: object): readonly unknown[] {
  return (Reflect.getMetadata(key, decorated) as readonly unknown[] | undefined) ?? [];
}

function paramPipes(type: object, methodName: string): readonly unknown[] {
  return Object.values(paramsOf(type, methodName) ?? {}).flatMap(({ pipes = [] }) => pipes);
}
