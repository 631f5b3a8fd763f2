const HOUR = 3600 * 1000;
const MAX_KINDS = 500;
const MAX_CHARACTERS = 200;

/**
 * Remembers the failures that were logged in full within the last hour. Failures of one job name that begin with the
 * same line are of one kind. Keeps the last 500 kinds.
 */
export class FailureKinds {
  /** When each kind was last logged in full, oldest first. */
  readonly #loggedAt = new Map<string, number>();

  /** @param now milliseconds on a monotonic clock */
  isNews(jobName: string, error: string, now: number): boolean {
    const [line = ''] = error.split('\n', 1);
    const kind = `${jobName}\n${line.slice(0, MAX_CHARACTERS)}`;
    const loggedAt = this.#loggedAt.get(kind);
    if (loggedAt !== undefined && now - loggedAt < HOUR) return false;
    this.#loggedAt.delete(kind);
    this.#loggedAt.set(kind, now);
    if (this.#loggedAt.size > MAX_KINDS) this.#forgetFirst();
    return true;
  }

  #forgetFirst(): void {
    for (const kind of this.#loggedAt.keys()) {
      this.#loggedAt.delete(kind);
      return;
    }
  }
}
