import type { Raw } from '../redis/raw.js';
import { shown, type ShownEntry } from './entries.js';

/** A job that waits in its queue. */
export interface WaitingJob extends ShownEntry {
  /** Its place in the queue; 1 is the job that is taken next. */
  readonly position: number;
}

/** Part of a queue, the job that is taken next first. */
export interface WaitingList {
  readonly jobs: readonly WaitingJob[];
  /** How many jobs wait in the queue. */
  readonly total: number;
  /** How many jobs were skipped before the first of the list. */
  readonly from: number;
  /** `from` of the list that continues this one; `undefined` at the end of the queue. */
  readonly next: number | undefined;
}

/** Identifies a waiting job: its id, and the position where it was seen. */
export interface WaitingJobRef {
  readonly position: number;
  readonly id: string;
}

export function waitingJob(raw: Raw, position: number): WaitingJob {
  return { position, ...shown(raw) };
}
