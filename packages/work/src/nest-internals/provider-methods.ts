import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A method of a provider, as it was decorated. */
export interface ProviderMethod {
  readonly method: object;
  readonly wrapper: Wrapper;
  /** The prototype that declares the method. */
  readonly prototype: object;
  readonly className: string;
  readonly methodName: string;
  /** The class, method and module, for messages. */
  readonly place: string;
}

/**
 * Finds the methods of all providers, and of all controllers.
 *
 * Relies on `packages/core/injector/instance-wrapper.ts`: how a wrapper describes the creation of its provider.
 */
@Injectable()
export class ProviderMethods {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Yields the prototypes of all providers' classes. */
  *prototypes(): Generator<object> {
    for (const wrapper of this.discovery.getProviders()) {
      const prototype = prototypeOf(wrapper);
      if (prototype) yield prototype;
    }
  }

  all(): Generator<ProviderMethod> {
    return this.methodsOf(this.discovery.getProviders());
  }

  /** Yields the methods of controllers that are not also providers: only requests may call those. */
  ofControllers(): Generator<ProviderMethod> {
    const provided = new Set(this.discovery.getProviders().map(({ metatype }) => metatype));
    const controllers = this.discovery.getControllers();
    return this.methodsOf(controllers.filter(({ metatype }) => !provided.has(metatype)));
  }

  private *methodsOf(wrappers: readonly Wrapper[]): Generator<ProviderMethod> {
    for (const wrapper of distinct(wrappers)) {
      const prototype = prototypeOf(wrapper);
      if (!prototype) continue;
      yield* this.methodsAt(prototype, wrapper);
      const replaced = replacedPrototype(wrapper, prototype);
      if (!replaced) continue;
      for (const found of this.methodsAt(replaced, wrapper)) {
        // An overriding method with its own decorator declares what it handles.
        if (!isDecorated(Reflect.get(prototype, found.methodName))) yield found;
      }
    }
  }

  private *methodsAt(prototype: object, wrapper: Wrapper): Generator<ProviderMethod> {
    const className = (prototype.constructor as { name: string }).name;
    for (const methodName of this.scanner.getAllMethodNames(prototype)) {
      const method = (prototype as Record<string, unknown>)[methodName];
      if (typeof method !== 'function') continue;
      const place = `${className}.${methodName} (${wrapper.host?.name ?? 'no module'})`;
      yield { method, wrapper, prototype, className, methodName, place };
    }
  }
}

/** Returns the prototype that holds the decorated methods, even if a proxy wraps the instance. */
function prototypeOf(wrapper: Wrapper): object | undefined {
  if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) {
    return (classOf(wrapper) as { prototype?: object } | null)?.prototype;
  }
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
}

/** Returns the class of a provider. Before a factory has run for a job, only its token is known. */
function classOf({ metatype, token, inject }: Wrapper): unknown {
  const isFactory = inject !== undefined && inject !== null;
  return isFactory ? typeof token === 'function' && token : metatype;
}

/**
 * Returns the providers without duplicates: one instance may be provided under several tokens. The provider that Nest
 * created from its class wins, because it has the class's guards and pipes.
 */
function distinct(wrappers: readonly Wrapper[]): readonly Wrapper[] {
  const byInstance = new Map<unknown, Wrapper>();
  for (const wrapper of wrappers) {
    if (wrapper.isAlias) continue;
    const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
    const key = typeof instance === 'object' && instance !== null ? instance : wrapper;
    const other = byInstance.get(key);
    if (!other || (other.isNotMetatype && !wrapper.isNotMetatype)) byInstance.set(key, wrapper);
  }
  return [...byInstance.values()];
}

/**
 * Returns the prototype with the decorated methods if a test has replaced its class: the mock then handles the jobs of
 * that class.
 */
function replacedPrototype({ token }: Wrapper, prototype: object): object | undefined {
  if (typeof token !== 'function') return undefined;
  const replaced = token.prototype as object | undefined;
  if (!replaced || replaced === prototype) return undefined;
  return Object.prototype.isPrototypeOf.call(replaced, prototype) ? undefined : replaced;
}

function isDecorated(method: unknown): boolean {
  return typeof method === 'function' && Reflect.getMetadataKeys(method).length > 0;
}
