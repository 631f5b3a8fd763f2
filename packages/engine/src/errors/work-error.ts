import { isOfKind, nameKinds, ownKindOf } from './error-kind.js';

/**
 * The base class of all errors that this engine throws on purpose. Catch it to distinguish them from bugs. `instanceof`
 * also recognises errors from other copies of this package.
 */
export class WorkError extends Error {
  static {
    Object.defineProperty(this, Symbol.hasInstance, {
      value(this: typeof WorkError, error: unknown) {
        return isOfKind(this, error);
      },
    });
  }

  override get name(): string {
    return ownKindOf(this) ?? this.constructor.name;
  }
}

/** Returns whether a value is an error of this package, or of another copy of it. Never throws. */
export function isWorkError(error: unknown): error is WorkError {
  return error instanceof WorkError;
}

nameKinds({ WorkError });
