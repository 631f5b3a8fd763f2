import type { Raw } from '../redis/raw.js';
import { shown, type ShownEntry } from './entries.js';

/** A job that waits in its queue. */
export interface WaitingJob extends ShownEntry {
  /** The job's place in the queue; 1 is the next job. */
  readonly position: number;
}

/** Part of a queue, beginning with the next job. */
export interface WaitingList {
  readonly jobs: readonly WaitingJob[];
  /** The number of waiting jobs in the queue. */
  readonly total: number;
  /** The number of jobs before the first of the list. */
  readonly from: number;
  /** The `from` of the list that continues this one; `undefined` at the end of the queue. */
  readonly next: number | undefined;
}

/** Identifies a waiting job: its id, and its last seen position. */
export interface WaitingJobRef {
  readonly position: number;
  readonly id: string;
}

export function waitingJob(raw: Raw, position: number): WaitingJob {
  return { position, ...shown(raw) };
}
