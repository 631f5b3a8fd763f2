/** Whatever handles jobs: a provider, a proxy around it, or what a test has put in its place. */
export type Instance = Readonly<Record<string, unknown>>;

export type Method = (...args: unknown[]) => unknown;

/** A method as it was decorated. An instance may have another under its name: a spy, or what a proxy shows. */
export interface DecoratedMethod {
  /** Where it stands. */
  readonly prototype: object;
  readonly methodName: string;
  readonly method: Method;
}

/** Read once, at the start: a spy that replaces it on the prototype has none of its decorations. */
export function decoratedMethod(prototype: object, methodName: string): DecoratedMethod {
  return { prototype, methodName, method: Reflect.get(prototype, methodName) as Method };
}

/**
 * Calls what an instance has under a name by now, so that whoever has replaced it is heard.
 *
 * @throws TypeError where there is no such method: a job that nobody has handled is not done
 */
export function callMethod(instance: Instance, methodName: string, args: unknown[]): unknown {
  const method = instance[methodName];
  if (typeof method !== 'function') {
    throw new TypeError(
      `There is no method "${methodName}" on the provider that handles the job. Has a test put something in its place? Give that a method "${methodName}".`,
    );
  }
  return Reflect.apply(method as Method, instance, args);
}

/**
 * A function that calls what the instance has under the method's name, and is decorated as the method is: metadata is
 * inherited as properties are.
 */
export function lookingUp({ method, methodName }: DecoratedMethod, instance: Instance): Method {
  const caller: Method = (...args) => callMethod(instance, methodName, args);
  Object.defineProperty(caller, 'name', { value: methodName });
  return Object.setPrototypeOf(caller, method) as Method;
}
