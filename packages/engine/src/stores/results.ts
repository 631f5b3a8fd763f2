import type { RunNowStatus } from '../scripts/job-scripts.js';

/** The result of running a job now. */
export interface RunNowResult {
  /**
   * - `enqueued`: the job is in its queue.
   * - `duplicate`: the job stays where it is, because an equal unique job waits or runs.
   * - `unknown`: the job stays where it is, because no pool ever registered its name, or because the entry is not a job.
   * - `notFound`: the job does not exist, or no longer does.
   */
  readonly status: RunNowStatus;
}

/** The result of deleting a job. */
export interface DeleteResult {
  /**
   * - `deleted`: the job was deleted.
   * - `notFound`: the job does not exist, or no longer does.
   * - `tooDeep`: the job stays, because it is more than 30,000 jobs away from both ends of its queue. Only `Queue.delete`
   *   returns this.
   */
  readonly status: 'deleted' | 'notFound' | 'tooDeep';
}

/** The result of killing a job. */
export interface KillResult {
  /**
   * - `killed`: the job is now a dead job.
   * - `notFound`: the job does not wait for a retry, or no longer does.
   */
  readonly status: 'killed' | 'notFound';
}

/** The result of resuming a queue. */
export interface ResumeResult {
  /**
   * - `resumed`: the pause has ended.
   * - `notPaused`: the queue was not paused.
   */
  readonly status: 'resumed' | 'notPaused';
}
