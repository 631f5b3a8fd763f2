import { types } from 'node:util';
import { isObject } from './objects.js';

/** What a JavaScript error tells, whatever realm or copy of a library it comes from. */
interface ErrorLike {
  readonly name?: unknown;
  readonly message: unknown;
  readonly stack?: unknown;
}

/**
 * Whether a value is an error: also one of another realm, which is no `instanceof Error` here (in Jest all of Node's own
 * are), and one that only looks like one. Throws what a getter of the value throws.
 */
export function isError(value: unknown): value is ErrorLike {
  if (types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Error) return true;
  const { message, stack } = value as Partial<ErrorLike>;
  return typeof message === 'string' && typeof stack === 'string';
}

/** Whether something can be waited for. Never throws; what cannot be looked at is no promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    if (!isObject(value)) return false;
    return typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
  } catch {
    return false;
  }
}

/**
 * What was thrown, if whoever it is handed to can look at it; else an error that stands for it. A revoked Proxy, or an
 * error with a getter that throws, would fail everybody who only wants to tell of it.
 */
export function readable(thrown: unknown): unknown {
  if (!isObject(thrown)) return thrown;
  try {
    if (types.isPromise(thrown)) thrown.then(undefined, () => undefined); // It may reject, and nobody waits for it.
    if (isError(thrown)) [thrown.message, thrown.stack, thrown.name].forEach(String);
    return thrown;
  } catch {
    return new Error(unreadable(thrown));
  }
}

/** What stands for something that cannot be looked at. */
export function unreadable(thrown: unknown): string {
  return `a thrown ${typeof thrown} that cannot be shown`;
}
