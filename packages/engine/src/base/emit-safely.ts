import type { EventEmitter } from 'node:events';
import { isThenable, readable } from './thrown.js';

/** Emits an event and survives its listeners: every listener is called, even if others throw or reject. */
export function emitSafely(
  emitter: EventEmitter,
  name: string,
  args: readonly unknown[],
  onError: (error: unknown) => void,
): void {
  for (const listener of emitter.rawListeners(name)) {
    try {
      const returned: unknown = Reflect.apply(listener, emitter, args);
      if (isThenable(returned))
        returned.then(undefined, (error: unknown) => onError(readable(error)));
    } catch (error) {
      onError(readable(error));
    }
  }
}
