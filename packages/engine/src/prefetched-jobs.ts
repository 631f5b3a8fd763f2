import type { FetchedEntry } from './redis/scripts.js';

/** The jobs that were fetched ahead, in the order in which they will be begun. Times in milliseconds. */
export class PrefetchedJobs {
  #waiting: Waiting[] = [];
  /** The first of them that was not taken yet. */
  #head = 0;

  get size(): number {
    return this.#waiting.length - this.#head;
  }

  get entries(): readonly FetchedEntry[] {
    return this.#waiting.slice(this.#head).map(({ entry }) => entry);
  }

  /** Since when the first of them waits. */
  get since(): number | undefined {
    return this.#waiting[this.#head]?.since;
  }

  add(entry: FetchedEntry, now: number): void {
    this.#waiting.push({ entry, since: now });
  }

  /** Takes the first of them. */
  take(): FetchedEntry | undefined {
    const entry = this.#waiting[this.#head]?.entry;
    if (entry === undefined) return undefined;
    this.#head++;
    if (this.#head >= COMPACT && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Takes all of them. */
  takeAll(): readonly FetchedEntry[] {
    const entries = this.entries;
    this.#waiting = [];
    this.#head = 0;
    return entries;
  }
}

interface Waiting {
  readonly entry: FetchedEntry;
  readonly since: number;
}

// Shifting a long array moves all of it; so does this, but once for so many.
const COMPACT = 256;
