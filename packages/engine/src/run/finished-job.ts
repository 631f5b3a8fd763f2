import type { JobEntry } from '../job/job-entry.js';
import type { Settlement } from '../scripts/settling.js';
import type { Fate } from './fate.js';

/** A job whose run has ended, with everything that is written about it to Redis. */
export interface FinishedJob extends Settlement {
  /** The parsed entry; `undefined` if the entry is not a job. */
  readonly entry: JobEntry | undefined;
  readonly fate: Fate;
  /** The error that the handler threw; `undefined` if it threw none. */
  readonly error: unknown;
  /** The duration of the run, in milliseconds. */
  readonly duration: number;
  /** The wait of the job in its queue, in milliseconds, to the second; `undefined` if it was not run. */
  readonly wait?: number;
}
