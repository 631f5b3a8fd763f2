import { types } from 'node:util';
import { isObject } from './objects.js';

/** The members of a JavaScript error from any realm or copy of a library. */
interface ErrorLike {
  readonly name?: unknown;
  readonly message: unknown;
  readonly stack?: unknown;
}

/**
 * Returns whether a value is an error. Errors of another realm count although they fail `instanceof Error` here (in
 * Jest, this applies to all of Node's own errors), and so do values that only look like errors. Throws if a getter of
 * the value throws.
 */
export function isError(value: unknown): value is ErrorLike {
  if (types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Error) return true;
  const { message, stack } = value as Partial<ErrorLike>;
  return typeof message === 'string' && typeof stack === 'string';
}

/**
 * Returns whether a value is a promise or looks like one. Never throws; a value that cannot be read is not a promise.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    if (!isObject(value)) return false;
    return typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
  } catch {
    return false;
  }
}

/**
 * Returns a thrown value if it can be read safely; otherwise an error in its place. A revoked Proxy, or an error with a
 * throwing getter, would break every component that only reports it.
 */
export function readable(thrown: unknown): unknown {
  if (!isObject(thrown)) return thrown;
  try {
    if (types.isPromise(thrown)) thrown.then(undefined, () => undefined); // It may reject, and nothing awaits it.
    if (isError(thrown)) [thrown.message, thrown.stack, thrown.name].forEach(String);
    return thrown;
  } catch {
    return new Error(unreadable(thrown));
  }
}

/** Returns the text shown for a value that cannot be read. */
export function unreadable(thrown: unknown): string {
  return `a thrown ${typeof thrown} that cannot be shown`;
}
