import { performance } from '../base/timers.js';

// In milliseconds. A name counts as known for this long without being added again, as in gocraft/work's enqueuer.
const KNOWN_TTL = 300_000;
// Names are few. An application that generates names must not fill the memory.
const MAX_KNOWN = 10_000;

/** The job names that are in Redis's set of known names, as far as this process knows. */
export class KnownNames {
  /** The time at which each name must be added again, on the clock of `performance.now`. */
  readonly #until = new Map<string, number>();

  has(jobName: string): boolean {
    return (this.#until.get(jobName) ?? 0) > performance.now();
  }

  add(jobName: string): void {
    if (this.#until.size >= MAX_KNOWN) this.#until.clear();
    this.#until.set(jobName, performance.now() + KNOWN_TTL);
  }

  delete(jobName: string): void {
    this.#until.delete(jobName);
  }
}
