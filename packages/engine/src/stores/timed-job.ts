import type { Raw } from '../redis/raw.js';
import { shown, type ShownEntry } from './entries.js';

/** The names of the three sorted sets of jobs, as in their Redis keys. */
export type JobSetName = 'scheduled' | 'retry' | 'dead';

/** A scheduled job, a job that waits for its retry, or a dead job. */
export interface TimedJob extends ShownEntry {
  /**
   * The time at which the job will run or, for a dead job, died; to the second. An invalid Date if the score exceeds the range
   * of a Date, such as microseconds or infinity that a program wrote by mistake.
   */
  readonly at: Date;
}

/** Part of a set of jobs. */
export interface JobList {
  readonly jobs: readonly TimedJob[];
  /** The number of jobs in the set, of all names. */
  readonly total: number;
  /** The number of jobs before the first examined one. */
  readonly from: number;
  /**
   * The number of examined jobs. A list by name examines at most 5,000 jobs, or 32 MiB of them, and then ends, even with fewer
   * jobs than its limit.
   */
  readonly seen: number;
  /** The `from` of the list that continues this one; `undefined` at the end of the set. */
  readonly next: number | undefined;
}

/**
 * Identifies a job of a set: a job from a list or a scan, or the time at which it runs or died, and its id. The time is
 * `null` for a job whose score no Date can hold.
 */
export type TimedJobRef = TimedJob | { readonly at: Date | null; readonly id: string };

/** @param score in seconds since the epoch */
export function timedJob(raw: Raw, score = 0): TimedJob {
  return { at: new Date(score * 1000), ...shown(raw) };
}
