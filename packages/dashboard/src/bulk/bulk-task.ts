import type { DashboardAction, DashboardResource } from '../options/actions.js';

/** The progress of a bulk task. */
export interface Progress {
  /** Jobs that were enqueued, deleted, or killed. */
  readonly done: number;
  /** Jobs that were looked at. */
  readonly scanned: number;
  /** Jobs that there were at the beginning, of all names. */
  readonly of: number;
  /** Jobs that stay because another like them waits. */
  readonly duplicates: number;
  /** Jobs that stay because nobody ever knew their name. */
  readonly unknown: number;
}

/** Work on many jobs that goes on after the response to its request. */
export interface BulkTask {
  readonly id: string;
  /** For people, such as `retry all dead jobs`. */
  readonly title: string;
  /** What somebody has to be allowed to do to begin or to cancel it. */
  readonly action: DashboardAction;
  readonly resource: DashboardResource;
  /** The user who began it. */
  readonly by: string;
  /** `interrupted`: its process has ended meanwhile. */
  readonly state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';
  readonly progress: Progress | undefined;
  readonly error: string | undefined;
  /** In seconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}
