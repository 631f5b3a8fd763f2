import { Injectable } from '@nestjs/common';
import {
  classNameOf,
  decorationsOf,
  inheritedBy,
  type Decoration,
} from '../decorators/decorations.js';
import { ProviderMethods } from '../nest-internals/provider-methods.js';

/** Finds decorated methods of providers whose metadata is no longer found. */
@Injectable()
export class LostMethods {
  constructor(private readonly methods: ProviderMethods) {}

  /**
   * Returns a sentence for each lost method that says what happened to it.
   *
   * @param handled the jobs that have a handler anyway; a method whose jobs are all handled is not reported
   */
  find(handled: ReadonlySet<string>): string[] {
    const lost = new Set<string>();
    for (const prototype of new Set(this.methods.prototypes())) {
      for (const owner of inheritedBy(prototype)) {
        for (const method of decorationsOf(owner)) {
          const found = lookUp(prototype, method.methodName);
          if (isThere(found.value, method) || isHandled(method, handled)) continue;
          if (found.owner !== owner && isDecorated(found.owner, method.methodName)) continue;
          lost.add(sentenceOf(method, owner, found.owner));
        }
      }
    }
    return [...lost];
  }
}

/** Finds the property under a method's name and the class that declares it. Getters are not called. */
function lookUp(
  prototype: object,
  name: string,
): { readonly owner: object; readonly value: unknown } {
  for (const owner of inheritedBy(prototype)) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (property) return { owner, value: property.value as unknown };
  }
  return { owner: prototype, value: undefined };
}

/** An overriding method with a decorator of its own is deliberate. */
function isDecorated(owner: object, name: string): boolean {
  return decorationsOf(owner).some(({ methodName }) => methodName === name);
}

function isThere(found: unknown, { metadataKey }: Decoration): boolean {
  return typeof found === 'function' && Reflect.hasMetadata(metadataKey, found);
}

function isHandled({ jobNames }: Decoration, handled: ReadonlySet<string>): boolean {
  return jobNames.length > 0 && jobNames.every((name) => handled.has(name));
}

function sentenceOf({ decorator, methodName }: Decoration, owner: object, by: object): string {
  const what = `${decorator} on ${classNameOf(owner)}.${methodName} is lost:`;
  const short = decorator.replace(/\(.*/s, '');
  return owner === by
    ? `${what} something, such as a decorator above it, has replaced the method. Put ${short} above that decorator.`
    : `${what} ${classNameOf(by)} overrides the method without a decorator. Put ${short} on ${classNameOf(by)}.${methodName} as well.`;
}
