import type { DashboardAction, DashboardResource } from '../options/actions.js';

/** The progress of a bulk task. */
export interface Progress {
  /** Jobs that were enqueued, deleted, or killed. */
  readonly done: number;
  /** Jobs that were checked. */
  readonly scanned: number;
  /** Jobs of all names when the task began. */
  readonly of: number;
  /** Jobs that stay because a duplicate is already waiting. */
  readonly duplicates: number;
  /** Jobs that stay because no pool has ever known their name. */
  readonly unknown: number;
}

/** Work on many jobs that continues after the response to its request. */
export interface BulkTask {
  readonly id: string;
  /** A title for people, such as `retry all dead jobs`. */
  readonly title: string;
  /** The permission that is required to begin or cancel it. */
  readonly action: DashboardAction;
  readonly resource: DashboardResource;
  /** The user who began it. */
  readonly by: string;
  /** `interrupted`: its process has ended in the meantime. */
  readonly state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';
  readonly progress: Progress | undefined;
  readonly error: string | undefined;
  /** In seconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}
