import type { Raw } from '../redis/raw.js';
import { shown, type ShownEntry } from './entries.js';

/** The three sorted sets of jobs, as their keys in Redis are named. */
export type JobSetName = 'scheduled' | 'retry' | 'dead';

/** A scheduled job, a job that waits for its retry, or a dead job. */
export interface TimedJob extends ShownEntry {
  /**
   * When it will run, or, for a dead job, when it died; to the second. An invalid Date where the score is beyond what a
   * Date can hold, such as microseconds or infinity, which some program has written by mistake.
   */
  readonly at: Date;
}

/** Part of a set of jobs. */
export interface JobList {
  readonly jobs: readonly TimedJob[];
  /** How many jobs the set has, whatever their names. */
  readonly total: number;
  /** How many jobs were skipped before the first one that was examined. */
  readonly from: number;
  /**
   * How many jobs were examined. A list by name examines at most 5,000 jobs, or 32 MiB of them, and then ends, even with
   * fewer jobs than its limit.
   */
  readonly seen: number;
  /** `from` of the list that continues this one; `undefined` at the end of the set. */
  readonly next: number | undefined;
}

/**
 * Identifies a job of a set: a job as a list or a scan returns it, or its time (when it runs, or died) and its id. The
 * time is `null` for a job whose score no Date can hold.
 */
export type TimedJobRef = TimedJob | { readonly at: Date | null; readonly id: string };

/** @param score in seconds since the epoch */
export function timedJob(raw: Raw, score = 0): TimedJob {
  return { at: new Date(score * 1000), ...shown(raw) };
}
