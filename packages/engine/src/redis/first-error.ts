import { redisFault } from './redis-fault.js';

/** Runs several steps even if one fails, and keeps the first error for the end. */
export class FirstError {
  #first: { readonly error: unknown } | undefined;

  /**
   * Returns the step's result, or `undefined` if it fails. @throws if the connection is lost, because every further
   * step would fail as well
   */
  async noteOf<Result>(step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (error) {
      if (redisFault(error).code === 'CONNECTION') throw error;
      this.#first ??= { error };
      return undefined;
    }
  }

  /** @throws the first error, if any */
  throw(): void {
    if (this.#first) throw this.#first.error;
  }
}
