import type { JobSetName } from '../options/set-names.js';
import type { JobView } from '../views/job-view.js';

/** The places in which jobs can be searched. */
export type Searched = JobSetName | 'waiting' | 'running';

/** A job that a search has found, with its location. */
export interface Hit {
  readonly set: Searched;
  readonly job: JobView;
  /** The queue in which the job is waiting. */
  readonly queue?: string;
  /** The worker that runs the job. */
  readonly workerId?: string;
}
