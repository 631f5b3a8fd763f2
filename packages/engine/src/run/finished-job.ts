import type { JobEntry } from '../job/job-entry.js';
import type { Settlement } from '../scripts/running-scripts.js';
import type { Fate } from './fate.js';

/** A job whose run has ended, with everything that is written about it. */
export interface FinishedJob extends Settlement {
  /** `undefined` for an entry that is no job. */
  readonly entry: JobEntry | undefined;
  readonly fate: Fate;
  /** The error that the handler threw; `undefined` if it threw none. */
  readonly error: unknown;
  /** How long the run took, in milliseconds. */
  readonly duration: number;
  /** How long the job had waited in its queue, in milliseconds of whole seconds; `undefined` if it was not run. */
  readonly wait?: number;
}
