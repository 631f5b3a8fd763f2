import type { EventEmitter } from 'node:events';
import { isThenable, readable } from './thrown.js';

type Callback = (...args: never[]) => unknown;

/** Emits an event and survives its listeners: every listener is called, even if others throw or reject. */
export function emitSafely(
  emitter: EventEmitter,
  name: string,
  args: readonly unknown[],
  onError: (error: unknown) => void,
): void {
  for (const listener of emitter.rawListeners(name)) {
    callSafely(listener as Callback, args, onError, emitter);
  }
}

/** Calls a function of the user's, if there is one, and survives that it throws or rejects. */
export function callSafely(
  callback: Callback | undefined,
  args: readonly unknown[],
  onError: (error: unknown) => void,
  self?: unknown,
): void {
  try {
    const returned: unknown = callback && Reflect.apply(callback, self, args);
    if (isThenable(returned))
      returned.then(undefined, (error: unknown) => onError(readable(error)));
  } catch (error) {
    onError(readable(error));
  }
}
