/** Caches the values of past intervals, which no longer change. */
export class PastIntervals<Value> {
  readonly #most: number;
  readonly #known = new Map<string, Value>();

  /** @param most the maximum number of cached values */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Returns the values of some intervals. Reads the values that are not cached.
   *
   * @param starts in seconds since the epoch
   * @param now in seconds since the epoch
   */
  async get(
    step: number,
    starts: readonly number[],
    now: number,
    read: (starts: readonly number[]) => Promise<readonly Value[]>,
  ): Promise<Value[]> {
    const missing = starts.filter((start) => !this.#known.has(`${step}:${start}`));
    const fresh = await read(missing);
    const values = new Map(missing.map((start, index) => [start, fresh[index] as Value]));
    const result = starts.map(
      (start) => values.get(start) ?? (this.#known.get(`${step}:${start}`) as Value),
    );
    for (const [start, value] of values) {
      if (start + step <= now) this.#remember(`${step}:${start}`, value);
    }
    return result;
  }

  #remember(key: string, value: Value): void {
    this.#known.set(key, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
  }
}
