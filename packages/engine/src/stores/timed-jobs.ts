import type { ShownEntry } from './entries.js';

/** A job in a set that is ordered by time. */
export interface TimedJob extends ShownEntry {
  /**
   * When it will run, or, for a dead job, when it died; to the second. An invalid Date where the score is beyond what a
   * Date can hold, such as microseconds or infinity, which some program has written by mistake.
   */
  readonly at: Date;
}

/** Some of the scheduled, retry or dead jobs, by time. */
export interface JobPage {
  readonly jobs: readonly TimedJob[];
  /** How many there are on all pages. */
  readonly total: number;
}

/** Some of the jobs of a set. */
export interface JobList {
  readonly jobs: readonly TimedJob[];
  /** How many there are in the set, of all names. */
  readonly total: number;
  /** How many were passed over before the first that was looked at. */
  readonly from: number;
  /** How many were looked at: of many that have other names a list looks at 5000 at most, and at 32 MiB of them. */
  readonly seen: number;
  /** Where a list goes on; `undefined` at the end. */
  readonly next: number | undefined;
}

/**
 * Which job: one from a page; or its time (when it runs, or died) and its id. The time is `null` of a job whose score
 * no Date can hold.
 */
export type TimedJobRef = TimedJob | { readonly at: Date | null; readonly id: string };
