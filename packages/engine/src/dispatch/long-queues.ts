import type { Sample } from './priority-sampler.js';
import { textOf, type Raw } from '../redis/raw.js';
import type { FetchedEntry, OpenQueues } from '../scripts/fetching.js';
import { MAX_BYTES_AT_ONCE } from '../scripts/round-limits.js';
import { performance } from '../base/timers.js';

/** The number of jobs of a queue that the next plain commands move. */
export interface Moves {
  readonly jobName: string;
  readonly count: number;
}

/** Jobs that plain commands have moved. `fit` ones may run. `unfit` ones return to their queue, for the script to fetch. */
export interface Sifted {
  readonly fit: readonly FetchedEntry[];
  readonly unfit: readonly FetchedEntry[];
}

// In bytes. A script copies each entry several times. From this size on, that costs more than a command for each entry.
const LONG = 8 * 1024;
// The length of the next jobs is a guess, and commands that were sent cannot be stopped.
const MAX_MOVES = 32;
// The length of the longest job fades with each fetch that brings shorter ones.
const FADE = 0.8;
// Milliseconds without plain commands after a failed one. A script is slower, but also works when Redis is full.
const REST = 10_000;
// The pattern by which fetch.lua recognises unique jobs.
const UNIQUE = /"unique"\s*:\s*true/;

/**
 * Tracks the queues with long jobs, and how many of these jobs plain commands may move in the next round, because `fetch.lua`
 * would copy each of them several times. Only `fetch.lua` handles claims, so it also handles all names with unique jobs.
 */
export class LongQueues {
  /** The bytes of the longest recent job, by job name, for names with long jobs. */
  readonly #longest = new Map<string, number>();
  /** The names whose jobs are unique. */
  readonly #unique = new Set<string>();
  /** The number of waiting jobs without a sent command, by job name, for open queues. */
  #waiting = new Map<string, number>();
  /** Whether jobs may be moved before workers are idle. */
  #ahead = false;
  /** The end of the rest, on the clock of `performance.now`. */
  #restsUntil = 0;

  /** Returns whether the jobs of a name are long, and plain commands may move them. */
  has(jobName: string): boolean {
    return this.#longest.has(jobName);
  }

  /**
   * Returns the moves for the next round. The queues were open at the last reply. If one no longer is, `sift` detects that
   * afterwards.
   */
  take({ jobNames, shares, sharesAhead }: Sample): readonly Moves[] {
    if (this.#waiting.size === 0) return [];
    return jobNames.flatMap((jobName, i) => {
      const wanted = (shares[i] ?? 0) + (this.#ahead ? (sharesAhead[i] ?? 0) : 0);
      const waiting = this.#waiting.get(jobName) ?? 0;
      const count = Math.min(wanted, waiting, this.#maxMovesOf(jobName));
      if (count === 0 || !this.has(jobName)) return [];
      this.#waiting.set(jobName, waiting - count);
      return [{ jobName, count }];
    });
  }

  /** Learns from a reply. The lengths of its jobs predict those of the next ones, and it names the open queues. */
  learn(entries: readonly FetchedEntry[], open: OpenQueues): void {
    this.#waiting = new Map(open.waiting);
    this.#ahead = open.ahead;
    if (this.#longest.size === 0 && !entries.some(({ raw }) => raw.length >= LONG)) return;
    if (performance.now() < this.#restsUntil) return;
    for (const [jobName, { mean, longest }] of sizesOf(entries)) {
      const isLong = mean >= LONG && !this.#unique.has(jobName);
      const before = this.#longest.get(jobName) ?? 0;
      if (isLong) this.#longest.set(jobName, Math.max(longest, FADE * before));
      else this.#longest.delete(jobName);
    }
  }

  /** Leaves everything to scripts for a while, because a command has failed. */
  rest(): void {
    this.#longest.clear();
    this.#waiting.clear();
    this.#restsUntil = performance.now() + REST;
  }

  /**
   * Sorts the moved jobs.
   *
   * @param open the queues that were still open afterwards; in other queues, a job may be cancelled or over its limit
   */
  sift(moved: readonly FetchedEntry[], open: OpenQueues): Sifted {
    for (const { jobName, raw } of moved) {
      if (!looksUnique(raw)) continue;
      this.#unique.add(jobName);
      this.#longest.delete(jobName);
    }
    const isFit = ({ jobName }: FetchedEntry): boolean =>
      open.waiting.has(jobName) && !this.#unique.has(jobName);
    return { fit: moved.filter(isFit), unfit: moved.filter((entry) => !isFit(entry)) };
  }

  #maxMovesOf(jobName: string): number {
    const longest = this.#longest.get(jobName) ?? Infinity;
    return Math.min(MAX_MOVES, Math.max(1, Math.floor(MAX_BYTES_AT_ONCE / longest)));
  }
}

/**
 * Returns whether an entry may be a unique job. Arguments may contain the same text, and such a job only loses the plain
 * commands. The needle is short on purpose: V8 searches for its first letter with `memchr`. For needles of eight letters it
 * does not, and takes twelve times as long.
 */
function looksUnique(raw: Raw): boolean {
  return raw.includes('que"') && UNIQUE.test(textOf(raw));
}

/** Returns the lengths of each name's jobs, in bytes. */
function sizesOf(entries: readonly FetchedEntry[]): Map<string, Sizes> {
  const sizes = new Map<string, Sizes>();
  for (const { jobName, raw } of entries) {
    const { mean, longest, count } = sizes.get(jobName) ?? NO_SIZES;
    sizes.set(jobName, {
      count: count + 1,
      mean: mean + (raw.length - mean) / (count + 1),
      longest: Math.max(longest, raw.length),
    });
  }
  return sizes;
}

interface Sizes {
  readonly count: number;
  readonly mean: number;
  readonly longest: number;
}

const NO_SIZES: Sizes = { count: 0, mean: 0, longest: 0 };
