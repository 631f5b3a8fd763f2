const HOUR = 3600 * 1000;
const MOST = 500;
const MAX_CHARACTERS = 200;

/**
 * Which failures were told in full within the hour: those of one job name that begin with the same line are of one kind.
 * It remembers the last 500 kinds.
 */
export class FailureKinds {
  /** By kind: when it was first told. In the order of those times. */
  readonly #toldAt = new Map<string, number>();

  /** @param now milliseconds of a clock that nobody sets */
  isNews(jobName: string, error: string, now: number): boolean {
    const [line = ''] = error.split('\n', 1);
    const kind = `${jobName}\n${line.slice(0, MAX_CHARACTERS)}`;
    const toldAt = this.#toldAt.get(kind);
    if (toldAt !== undefined && now - toldAt < HOUR) return false;
    this.#toldAt.delete(kind);
    this.#toldAt.set(kind, now);
    if (this.#toldAt.size > MOST) this.#forgetFirst();
    return true;
  }

  #forgetFirst(): void {
    for (const kind of this.#toldAt.keys()) {
      this.#toldAt.delete(kind);
      return;
    }
  }
}
