import { CONNECTED_OPTIONS, type ConnectedOptions } from '../redis/connected-options.js';
import type { GoEscapes } from '../job/go-json.js';
import { ARGS_LIMITS, type JobArgsLimits } from '../job/job-args.js';
import type { LoggerLike } from '../logging/logger.js';
import type { KnownJobs } from './name-watch.js';
import { objectWith, oneOf, type OptionTable } from '../options/option-rules.js';
import type { Propagator } from '../middleware/propagator.js';
import { LOGGER } from '../options/shared-options.js';
import { PROPAGATORS } from '../middleware/propagator.js';

/** Options of `Enqueuer`. */
export interface EnqueuerOptions extends ConnectedOptions, JobArgsLimits {
  /**
   * How unique keys write two rare control characters; default `go1.22`. Set `go1.21` to share unique jobs with Go
   * processes that were built with Go 1.21 or before.
   */
  readonly uniqueKeyEscapes?: GoEscapes | undefined;
  /** What follows the jobs to where they run; the first outermost. The pool needs the same. */
  readonly propagators?: readonly Propagator[] | undefined;
  /** Where it writes which of the names that it enqueues no running pool handles; default the console. */
  readonly logger?: LoggerLike | undefined;
  /** What the application knows of job names by itself; default: nothing. */
  readonly knownJobs?: KnownJobs | undefined;
}

/** What the options of an enqueuer may be. */
export const ENQUEUER_OPTIONS: OptionTable<EnqueuerOptions> = {
  ...CONNECTED_OPTIONS,
  ...ARGS_LIMITS,
  uniqueKeyEscapes: oneOf('go1.21', 'go1.22'),
  propagators: PROPAGATORS,
  logger: LOGGER,
  knownJobs: objectWith('an object with names()', 'names'),
};
