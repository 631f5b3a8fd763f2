import { MAX_BYTES, sizeOfRaw } from '../redis/batches.js';
import type { Raw } from '../redis/raw.js';
import type { Page } from '../scripts/job-scripts.js';
import { shown, type ShownEntry } from './entries.js';
import type { JobList, TimedJob } from './timed-job.js';

/** The default length of a list. */
export const LIST_LIMIT = 20;
// A request must be short. The caller continues where the list ended.
const MAX_SEEN = 5_000;
/** The maximum number of bytes of entries that are read for one list. */
export const MAX_BYTES_SEEN = 8 * MAX_BYTES;

export interface ListingOptions {
  /** The number of jobs to skip. */
  readonly from: number;
  readonly limit: number;
  /** Limits the list to jobs of this name; `undefined` for all jobs. */
  readonly jobName: string | undefined;
}

/** A list of jobs that grows page by page until it has enough jobs or bytes, or has examined enough entries. */
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

  /** The number of entries before the next page. */
  get rank(): number {
    return this.#rank;
  }

  /** Adds the jobs of a page that belong to the list. Returns the list once it has enough. */
  add({ entries, scores, total, next }: Page): JobList | undefined {
    const { from, jobName } = this.#options;
    for (const [index, raw] of entries.entries()) {
      if (!this.#hasRoomFor(raw)) break;
      this.#examine(raw, scores[index] ?? 0);
    }
    const seen = this.#rank - from;
    const isAllRead = this.#rank === next;
    const isTooMuch = seen >= MAX_SEEN || this.#bytesSeen >= MAX_BYTES_SEEN;
    if (jobName !== undefined && isAllRead && !isTooMuch && !this.#isFull) return undefined;
    const goesOn = this.#rank < total && entries.length > 0;
    return { jobs: this.#jobs, total, from, seen, next: goesOn ? this.#rank : undefined };
  }

  get #isFull(): boolean {
    return this.#jobs.length === this.#options.limit;
  }

  #hasRoomFor(raw: Raw): boolean {
    if (this.#isFull) return false;
    return this.#jobs.length === 0 || this.#bytesListed + sizeOfRaw(raw) <= MAX_BYTES;
  }

  #examine(raw: Raw, score: number): void {
    this.#rank++;
    this.#bytesSeen += sizeOfRaw(raw);
    const entry = named(raw, this.#options.jobName);
    if (!entry) return;
    this.#jobs.push({ at: new Date(score * 1000), ...entry });
    this.#bytesListed += sizeOfRaw(raw);
  }
}

/** Returns the shown form of the entry if it has the name. */
function named(raw: Raw, jobName: string | undefined): ShownEntry | undefined {
  if (jobName !== undefined && !mayBeNamed(raw, jobName)) return undefined;
  const entry = shown(raw);
  return jobName === undefined || entry.job?.name === jobName ? entry : undefined;
}

/**
 * Returns whether an entry may have the name, which saves parsing most entries of other names. Always true for a name that
 * JSON can write in several ways, because its bytes in the entry are not known.
 */
export function mayBeNamed(raw: Raw, jobName: string): boolean {
  return !/^[\w.:-]+$/.test(jobName) || raw.includes(jobName);
}
