import type { Sample } from './priority-sampler.js';
import { textOf, type Raw } from '../redis/raw.js';
import {
  MAX_BYTES_AT_ONCE,
  type FetchedEntry,
  type OpenQueues,
} from '../scripts/running-scripts.js';
import { performance } from '../base/timers.js';

/** How many jobs of a queue plain commands are to move. */
export interface Moves {
  readonly jobName: string;
  readonly count: number;
}

/** Jobs that plain commands have moved: those that may be run, and those that a fetch has to take. */
export interface Sifted {
  readonly fit: readonly FetchedEntry[];
  readonly unfit: readonly FetchedEntry[];
}

// From here on the copies that a script makes of an entry cost more than a command for each.
const LONG = 8 * 1024;
// Only a guess says how long the next jobs are, and nothing stops a command in between.
const MAX_MOVES = 32;
// How long the longest job was is forgotten slowly, with each fetch that brings shorter ones.
const FADE = 0.8;
// Milliseconds. A script is slower, but takes jobs from a full Redis, too.
const REST = 10_000;
// As fetch.lua knows unique jobs.
const UNIQUE = /"unique"\s*:\s*true/;

/**
 * Knows of which queues the jobs are long, and how many of them plain commands may move in the next round: `fetch.lua`
 * would copy each of them several times. It alone deals with claims, so a name whose jobs are unique is left to it.
 */
export class LongQueues {
  /** By job name: how many bytes the longest of its jobs had lately, where they are long. */
  readonly #longest = new Map<string, number>();
  /** The names whose jobs are unique. */
  readonly #unique = new Set<string>();
  /** By job name, of the queues that are open: how many jobs wait that nobody has been sent for. */
  #waiting = new Map<string, number>();
  /** Whether jobs may be moved ahead of the workers that are to run them. */
  #ahead = false;
  /** On the clock of `performance.now`. */
  #restsUntil = 0;

  /** Whether the jobs of a name are long, and may be moved by plain commands. */
  has(jobName: string): boolean {
    return this.#longest.has(jobName);
  }

  /**
   * What plain commands are to move of that for which queues are offered first. Redis has let them at the last answer; should
   * it be otherwise by now, `sift` finds out.
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

  /** What Redis has answered: the jobs, which tell how long those behind them may be, and the queues that are open. */
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

  /** A command has failed: leave everything to scripts for a while. */
  rest(): void {
    this.#longest.clear();
    this.#waiting.clear();
    this.#restsUntil = performance.now() + REST;
  }

  /**
   * Parts the jobs that were moved.
   *
   * @param open the queues that were open afterwards: in others a job may have been cancelled, or may not have been taken
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

/** A text of arguments may say the same, which costs nothing but the plain commands. */
function looksUnique(raw: Raw): boolean {
  return raw.includes('"unique"') && UNIQUE.test(textOf(raw));
}

/** How long the jobs of each name are, in bytes. */
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
