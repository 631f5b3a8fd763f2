/** A count that a caller can wait for. */
export class Tally {
  #count = 0;
  #target = Infinity;
  #onReached: (() => void) | undefined;

  get count(): number {
    return this.#count;
  }

  add(count = 1): void {
    this.#count += count;
    if (this.#count >= this.#target) this.#reached();
  }

  /** Resolves when the count is `target` or more. Only one caller may wait at a time. */
  reaches(target: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onReached = resolve;
      this.#target = target;
      if (this.#count >= target) this.#reached();
    });
  }

  #reached(): void {
    this.#target = Infinity;
    this.#onReached?.();
  }
}
