import { WorkError } from '@nestcraft/engine';
import type { DecoratedMethod } from '../base/decorated-method.js';
import { ENHANCER_KEYS } from './metadata-keys.js';
import { paramsOf } from './param-metadata.js';
import type { Wrapper } from './provider-methods.js';

/**
 * Rejects guards, interceptors, pipes and filters that are given as classes and that Nest has not created: Nest would
 * silently skip them. Nest creates the enhancers of classes that it instantiates itself, but not of providers from a
 * factory or a value.
 *
 * Relies on `packages/core/injector/module.ts`: `injectables` holds the enhancers that Nest has created for the classes
 * of a module.
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
      `Nest has not created its ${enhancer.name} and would skip it: ${type.name} is provided by a factory, as a value, or under another token. Provide the class (providers: [${type.name}]), or decorate with an instance (new ${enhancer.name}(…)).`,
    );
  }
}

function listAt(key: string, decorated: object): readonly unknown[] {
  return (Reflect.getMetadata(key, decorated) as readonly unknown[] | undefined) ?? [];
}

function paramPipes(type: object, methodName: string): readonly unknown[] {
  return Object.values(paramsOf(type, methodName) ?? {}).flatMap(({ pipes = [] }) => pipes);
}
