import { redisFault } from './redis-fault.js';

/** Has several steps tried though one of them fails, and keeps the first error for the end. */
export class FirstError {
  #first: { readonly error: unknown } | undefined;

  /** What the step returns, or `undefined` if it fails. @throws when the connection is lost: no other step would do better */
  async noteOf<Result>(step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (error) {
      if (redisFault(error).code === 'CONNECTION') throw error;
      this.#first ??= { error };
      return undefined;
    }
  }

  /** @throws the first error, if there was one */
  throw(): void {
    if (this.#first) throw this.#first.error;
  }
}
