import { Injectable } from '@nestjs/common';
import {
  classNameOf,
  decorationsOf,
  inheritedBy,
  type Decoration,
} from '../decorators/decorations.js';
import { ProviderMethods } from '../nest-internals/provider-methods.js';

/** Finds methods of providers that were decorated, and that nobody finds any more by what the decorator has left. */
@Injectable()
export class LostMethods {
  constructor(private readonly methods: ProviderMethods) {}

  /**
   * What became of each, as a sentence.
   *
   * @param handled the jobs that have a handler all the same: nothing is lost where that has the same name
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

/** What a method's name stands for, and in which class; getters are left alone. */
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

/** Whoever decorates the overriding method knows what they do. */
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
    ? `${what} something has replaced the method, such as a decorator above. Put ${short} above that decorator.`
    : `${what} ${classNameOf(by)} overrides the method without a decorator. Put ${short} on ${classNameOf(by)}.${methodName}, too.`;
}
