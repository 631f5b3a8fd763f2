/** An object that handles jobs: a provider, a proxy around one, or the stand-in of a test. */
export type Instance = Readonly<Record<string, unknown>>;

export type Method = (...args: unknown[]) => unknown;

/**
 * A method as it was decorated. An instance may hold a different method under the same name, such as a spy or a
 * proxy's.
 */
export interface DecoratedMethod {
  /** The prototype that declares the method. */
  readonly prototype: object;
  readonly methodName: string;
  readonly method: Method;
}

/** Reads the method once, at startup: a spy that later replaces it on the prototype has none of its decorations. */
export function decoratedMethod(prototype: object, methodName: string): DecoratedMethod {
  return { prototype, methodName, method: Reflect.get(prototype, methodName) as Method };
}

/**
 * Calls the method that an instance currently has under a name, so that replacements such as spies take effect.
 *
 * @throws TypeError if the method does not exist: a job without a handler must not count as done
 */
export function callMethod(instance: Instance, methodName: string, args: unknown[]): unknown {
  const method = instance[methodName];
  if (typeof method !== 'function') {
    throw new TypeError(
      `The provider that handles the job has no method "${methodName}". If a test has replaced the provider, add a method "${methodName}" to the replacement.`,
    );
  }
  return Reflect.apply(method as Method, instance, args);
}

/**
 * Returns a function that looks up the method on the instance at each call. It carries the method's decorations,
 * because metadata is inherited through the prototype chain.
 */
export function lookingUp({ method, methodName }: DecoratedMethod, instance: Instance): Method {
  const caller: Method = (...args) => callMethod(instance, methodName, args);
  Object.defineProperty(caller, 'name', { value: methodName });
  return Object.setPrototypeOf(caller, method) as Method;
}
