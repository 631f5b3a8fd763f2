import { performance } from '../base/timers.js';

// As gocraft/work's enqueuer: how long a name is taken to be in the set of known names still. In milliseconds.
const KNOWN_FOR = 300_000;
// Names are few. Whoever makes them up as they go shall not fill the memory.
const MOST_KNOWN = 10_000;

/** The job names that are in Redis's set of known names, as far as this process knows. */
export class KnownNames {
  /** When each must be added again, on the clock of `performance.now`. */
  readonly #until = new Map<string, number>();

  has(jobName: string): boolean {
    return (this.#until.get(jobName) ?? 0) > performance.now();
  }

  add(jobName: string): void {
    if (this.#until.size >= MOST_KNOWN) this.#until.clear();
    this.#until.set(jobName, performance.now() + KNOWN_FOR);
  }

  delete(jobName: string): void {
    this.#until.delete(jobName);
  }
}
