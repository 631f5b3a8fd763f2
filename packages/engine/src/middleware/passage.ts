/**
 * One call of a middleware: it goes on at most once, and its end waits for what it went on to. So what is inside of a
 * middleware that does not wait for `next()` still counts, and nothing of it fails where nobody hears it.
 */
export class Passage<Value> {
  readonly #inner: () => Promise<Value>;
  readonly #late: () => Error;
  #given: Watched<Value> | undefined;
  #isOver = false;

  /**
   * @param inner what `next` goes on to
   * @param late what `next` rejects with when it is called for the first time after the middleware has ended
   */
  constructor(inner: () => Promise<Value>, late: () => Error) {
    this.#inner = inner;
    this.#late = late;
  }

  /**
   * Calls the middleware with its `next`, and waits for both.
   *
   * @throws what the middleware throws; what it went on to throws, if nobody else has heard it
   */
  async through(call: (next: () => Promise<Value>) => unknown): Promise<void> {
    try {
      await call(() => this.#next());
    } catch (error) {
      // It may have given up on what it waits for, such as when that takes too long. What it never waited for ends first.
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

/** A promise that knows what was made of it: those that nobody has gone on from, its leaves. */
class Watched<Value> extends Promise<Value> {
  #leaves: Set<Watched<unknown>> | undefined;
  /** Whether somebody waits for it. */
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

  /** Resolves when all that was made of it has. @throws what one of them rejects with */
  async end(): Promise<void> {
    const leaves = [...(this.#leaves ?? [])];
    await Promise.all(leaves.map((leaf) => leaf.#plain()));
  }

  #watch(leaves: Set<Watched<unknown>>): void {
    this.#plain().catch(ignore); // `end` tells of it.
    this.#leaves = leaves;
    leaves.add(this);
  }

  /** Settles as this one, without having it heard. */
  #plain(): Promise<unknown> {
    return new Promise((resolve, reject) => void super.then(resolve, reject));
  }
}
