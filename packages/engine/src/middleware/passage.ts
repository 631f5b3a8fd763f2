/**
 * One call of a middleware. It continues at most once, and its end waits for the inner layers. They count even if the
 * middleware does not wait for `next()`, and none of their errors is lost.
 */
export class Passage<Value> {
  readonly #inner: () => Promise<Value>;
  readonly #late: () => Error;
  #given: Watched<Value> | undefined;
  #isOver = false;

  /**
   * @param inner runs the inner layers
   * @param late makes the error for a `next` that is called for the first time after the middleware has ended
   */
  constructor(inner: () => Promise<Value>, late: () => Error) {
    this.#inner = inner;
    this.#late = late;
  }

  /**
   * Calls the middleware with its `next`, and waits for it and for the inner layers.
   *
   * @throws the error of the middleware; the error of the inner layers, if nothing else has received it
   */
  async through(call: (next: () => Promise<Value>) => unknown): Promise<void> {
    try {
      await call(() => this.#next());
    } catch (error) {
      // A waiting middleware may give up, for instance after a time limit. If it never waited, the inner layers end first.
      if (this.#given?.isHeard === false) await this.#given.end().catch(() => undefined);
      throw error;
    } finally {
      this.#isOver = true;
    }
    await this.#given?.end();
  }

  #next(): Promise<Value> {
    if (this.#given) return this.#given;
    const inner = this.#isOver ? Promise.reject(this.#late()) : this.#inner();
    this.#given = Watched.of(inner);
    return this.#given;
  }
}

const ignore = (): void => undefined;

/** A promise that tracks its leaves, the promises derived from it that have no continuation. */
class Watched<Value> extends Promise<Value> {
  #leaves: Set<Watched<unknown>> | undefined;
  /** Whether anything waits for it. */
  isHeard = false;

  static of<Value>(promise: Promise<Value>): Watched<Value> {
    const watched = new Watched<Value>((resolve) => resolve(promise));
    watched.#watch(new Set());
    return watched;
  }

  override then<Fulfilled = Value, Rejected = never>(
    onFulfilled?: ((value: Value) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    const next = super.then(onFulfilled, onRejected);
    if (this.#leaves && next instanceof Watched) {
      this.isHeard = true;
      this.#leaves.delete(this);
      next.#watch(this.#leaves);
    }
    return next;
  }

  /** Resolves when all leaves have resolved. @throws the error with which a leaf rejects */
  async end(): Promise<void> {
    const leaves = [...(this.#leaves ?? [])];
    await Promise.all(leaves.map((leaf) => leaf.#plain()));
  }

  #watch(leaves: Set<Watched<unknown>>): void {
    this.#plain().catch(ignore); // `end` reports the error.
    this.#leaves = leaves;
    leaves.add(this);
  }

  /** Returns a promise that settles as this one does, without marking it as heard. */
  #plain(): Promise<unknown> {
    return new Promise((resolve, reject) => void super.then(resolve, reject));
  }
}
