import type { RunNowStatus } from '../scripts/job-scripts.js';

/** What became of a job that was to run now. */
export interface RunNowResult {
  /**
   * - `enqueued`: it is in its queue.
   * - `duplicate`: it stays where it is, because another unique job like it waits or runs.
   * - `unknown`: it stays where it is, because no pool ever knew its name, or because the entry is not a job.
   * - `notFound`: it is not there, or not there any more.
   */
  readonly status: RunNowStatus;
}

/** What became of a job that was to be deleted. */
export interface DeleteResult {
  /**
   * - `deleted`: it is gone.
   * - `notFound`: it is not there, or not there any more.
   * - `tooDeep`: it stays, because it is more than 30,000 jobs away from both ends of its queue. Only `Queue.delete`
   *   answers this.
   */
  readonly status: 'deleted' | 'notFound' | 'tooDeep';
}

/** What became of a job that was to be killed. */
export interface KillResult {
  /**
   * - `killed`: it is a dead job now.
   * - `notFound`: it does not wait for its retry, or not any more.
   */
  readonly status: 'killed' | 'notFound';
}

/** What became of a queue that was to be resumed. */
export interface ResumeResult {
  /**
   * - `resumed`: its pause has ended.
   * - `notPaused`: it was not paused.
   */
  readonly status: 'resumed' | 'notPaused';
}
