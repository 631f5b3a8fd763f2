import type { JobSetName } from './set-names.js';

/** The actions that a user may be permitted to take on the dashboard. */
export const ACTIONS = [
  /** See everything that is not redacted, except arguments. */
  'view',
  /** See the arguments of jobs as well. */
  'viewArgs',
  /** Move dead, retry and scheduled jobs to their queues. */
  'retry',
  'delete',
  /** Move jobs that are waiting for a retry to the dead jobs. */
  'kill',
  /** Stop a waiting or running job. */
  'cancel',
  'pause',
  'limit',
  'empty',
  /** Enqueue a job of a schedule. */
  'run',
  /** Set wrong locks to the numbers of jobs in progress. */
  'repair',
] as const;

export type DashboardAction = (typeof ACTIONS)[number];

/**
 * The target of an action. A missing member stands for all: without `jobName`, "delete" in the set `dead` deletes dead
 * jobs of every name. With no members at all, the page asks for the user's general permissions, to show its buttons.
 */
export interface DashboardResource {
  /** The queue of the affected waiting jobs; it has the name of its jobs. */
  readonly queue?: string | undefined;
  readonly set?: JobSetName | undefined;
  /** The name of the job or jobs. Also missing for a job that is gone and for an entry that is not a job. */
  readonly jobName?: string | undefined;
  readonly jobId?: string | undefined;
  /** The id of a schedule. */
  readonly schedule?: string | undefined;
  /** The id of a worker. */
  readonly worker?: string | undefined;
  /** The id of a bulk task, to be cancelled. */
  readonly bulkTask?: string | undefined;
}
