import type { SetName } from './set-names.js';

/** The actions that a user may be allowed to take on the dashboard. */
export const ACTIONS = [
  /** See everything that `redact` leaves, but for arguments. */
  'view',
  /** See the arguments of jobs, too. */
  'viewArgs',
  /** Put dead, retry and scheduled jobs into their queues. */
  'retry',
  'delete',
  /** Move jobs that wait for their retry to the dead ones. */
  'kill',
  /** Stop a job, whether it waits or runs. */
  'cancel',
  'pause',
  'limit',
  'empty',
  /** Enqueue a job of a schedule. */
  'run',
] as const;

export type DashboardAction = (typeof ACTIONS)[number];

/**
 * What an action is about. A member that is missing stands for all: without `jobName`, "delete" in the set `dead` deletes
 * dead jobs of every name. Where no member is there, the page asks what the user may do at all, to show its buttons.
 */
export interface DashboardResource {
  /** The queue whose waiting jobs it is about; it has the name of its jobs. */
  readonly queue?: string | undefined;
  readonly set?: SetName | undefined;
  /** The name of the job or jobs. Missing, too, for a job that is gone and for an entry that is no job. */
  readonly jobName?: string | undefined;
  readonly jobId?: string | undefined;
  /** The id of a schedule. */
  readonly schedule?: string | undefined;
  /** The id of a worker. */
  readonly worker?: string | undefined;
  /** The id of work on many jobs, to be cancelled. */
  readonly operation?: string | undefined;
}
