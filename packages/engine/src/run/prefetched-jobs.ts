import type { FetchedEntry } from '../scripts/fetching.js';

/** The prefetched jobs, in the order of their starts. Times are in milliseconds. */
export class PrefetchedJobs {
  #waiting: FetchedEntry[] = [];
  /** The start of each job's wait. A separate array, because V8 boxes such numbers as members of objects. */
  #since: number[] = [];
  /** The index of the first job that was not taken. */
  #head = 0;

  get size(): number {
    return this.#waiting.length - this.#head;
  }

  get entries(): readonly FetchedEntry[] {
    return this.#waiting.slice(this.#head);
  }

  /** The start of the first job's wait; `undefined` if no job waits. */
  get since(): number | undefined {
    return this.#since[this.#head];
  }

  add(entry: FetchedEntry, now: number): void {
    this.#waiting.push(entry);
    this.#since.push(now);
  }

  /** Takes the first job. */
  take(): FetchedEntry | undefined {
    const entry = this.#waiting[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    const manyTaken = this.#head >= COMPACT && this.#head * 2 >= this.#waiting.length;
    // Also when none waits, because taken jobs must not stay in memory while no new ones come.
    if (manyTaken || this.size === 0) this.#forgetTaken();
    return entry;
  }

  /** Takes all jobs. */
  takeAll(): readonly FetchedEntry[] {
    const { entries } = this;
    this.#head = this.#waiting.length;
    this.#forgetTaken();
    return entries;
  }

  #forgetTaken(): void {
    this.#waiting = this.#waiting.slice(this.#head);
    this.#since = this.#since.slice(this.#head);
    this.#head = 0;
  }
}

// Shifting an array moves all its elements for each job. Slicing does so once for this many jobs.
const COMPACT = 256;
