import { MOST_BYTES, sizeOfRaw } from '../redis/batches.js';
import type { Raw } from '../redis/raw.js';
import type { Page } from '../scripts/job-scripts.js';
import { shown, type ShownEntry } from './entries.js';
import type { JobList } from './timed-jobs.js';
import type { TimedJob } from './timed-jobs.js';

// A request must not take long: whoever wants more goes on from there.
const MOST_SEEN = 5_000;
/** Of entries that are looked at for one answer. */
export const MOST_BYTES_SEEN = 8 * MOST_BYTES;

export interface ListingOptions {
  /** How many jobs are passed over. */
  readonly from: number;
  readonly limit: number;
  /** Only jobs of this name; `undefined` for all. */
  readonly jobName: string | undefined;
}

/** A list of jobs that grows by pages until it has enough: jobs, bytes of them, or entries that were looked at. */
export class Listing {
  readonly #options: ListingOptions;
  readonly #jobs: TimedJob[] = [];
  #rank: number;
  #bytesListed = 0;
  #bytesSeen = 0;

  constructor(options: ListingOptions) {
    this.#options = options;
    this.#rank = options.from;
  }

  /** How many entries stand before the next page. */
  get rank(): number {
    return this.#rank;
  }

  /** Takes what belongs to the list. Returns the list if it has enough. */
  add({ entries, scores, total, next }: Page): JobList | undefined {
    const { from, jobName } = this.#options;
    for (const [index, raw] of entries.entries()) {
      if (!this.#hasRoomFor(raw)) break;
      this.#look(raw, scores[index] ?? 0);
    }
    const seen = this.#rank - from;
    const isAllRead = this.#rank === next;
    const isTooMuch = seen >= MOST_SEEN || this.#bytesSeen >= MOST_BYTES_SEEN;
    if (jobName !== undefined && isAllRead && !isTooMuch && !this.#isFull) return undefined;
    const goesOn = this.#rank < total && entries.length > 0;
    return { jobs: this.#jobs, total, from, seen, next: goesOn ? this.#rank : undefined };
  }

  get #isFull(): boolean {
    return this.#jobs.length === this.#options.limit;
  }

  #hasRoomFor(raw: Raw): boolean {
    if (this.#isFull) return false;
    return this.#jobs.length === 0 || this.#bytesListed + sizeOfRaw(raw) <= MOST_BYTES;
  }

  #look(raw: Raw, score: number): void {
    this.#rank++;
    this.#bytesSeen += sizeOfRaw(raw);
    const entry = named(raw, this.#options.jobName);
    if (!entry) return;
    this.#jobs.push({ at: new Date(score * 1000), ...entry });
    this.#bytesListed += sizeOfRaw(raw);
  }
}

/** What is in the entry, if it is of the name. */
function named(raw: Raw, jobName: string | undefined): ShownEntry | undefined {
  if (jobName !== undefined && !mayBeNamed(raw, jobName)) return undefined;
  const entry = shown(raw);
  return jobName === undefined || entry.job?.name === jobName ? entry : undefined;
}

/** Spares the parsing of most entries with another name. A name that JSON may write in several ways always may be it. */
export function mayBeNamed(raw: Raw, jobName: string): boolean {
  return !/^[\w.:-]+$/.test(jobName) || raw.includes(jobName);
}
