import type { FetchedEntry } from '../scripts/running-scripts.js';

/** The jobs that were fetched ahead, in the order in which they will be begun. Times in milliseconds. */
export class PrefetchedJobs {
  #waiting: FetchedEntry[] = [];
  /** Since when each of them waits: by itself, since V8 makes an object of each such number in an object. */
  #since: number[] = [];
  /** The first of them that was not taken yet. */
  #head = 0;

  get size(): number {
    return this.#waiting.length - this.#head;
  }

  get entries(): readonly FetchedEntry[] {
    return this.#waiting.slice(this.#head);
  }

  /** Since when the first of them waits. */
  get since(): number | undefined {
    return this.#since[this.#head];
  }

  add(entry: FetchedEntry, now: number): void {
    this.#waiting.push(entry);
    this.#since.push(now);
  }

  /** Takes the first of them. */
  take(): FetchedEntry | undefined {
    const entry = this.#waiting[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    const manyTaken = this.#head >= COMPACT && this.#head * 2 >= this.#waiting.length;
    // When nothing waits, too: what was taken must not stay in memory while nothing comes.
    if (manyTaken || this.size === 0) this.#forgetTaken();
    return entry;
  }

  /** Takes all of them. */
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

// Shifting a long array moves all of it; so does this, but once for so many.
const COMPACT = 256;
