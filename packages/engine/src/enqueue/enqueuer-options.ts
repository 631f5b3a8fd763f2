import { CONNECTED_OPTIONS, type ConnectedOptions } from '../redis/connected-options.js';
import { ENCRYPTION, type EncryptionOptions } from '../encryption/encryption-options.js';
import type { GoEscapes } from '../job/go-json.js';
import { ARGS_LIMITS, type JobArgsLimits } from '../job/job-args.js';
import type { LoggerLike } from '../logging/logger.js';
import type { KnownJobs } from './name-watch.js';
import { objectWith, oneOf, type OptionTable } from '../options/option-rules.js';
import { PROPAGATORS, type Propagator } from '../middleware/propagator.js';
import { LOGGER } from '../options/shared-options.js';

/** Options of `Enqueuer`. */
export interface EnqueuerOptions extends ConnectedOptions, JobArgsLimits {
  /**
   * The notation of two rare control characters in unique keys; default `go1.22`. Set `go1.21` to share unique jobs with Go
   * processes that were built with Go 1.21 or earlier.
   */
  readonly uniqueKeyEscapes?: GoEscapes | undefined;
  /** The propagators that carry context to the jobs' runs; the first is the outermost. The pool needs the same list. */
  readonly propagators?: readonly Propagator[] | undefined;
  /** The keys for the encrypted fields of contracts; default none. The pool needs the same keys. */
  readonly encryption?: EncryptionOptions | undefined;
  /** The logger for warnings about enqueued names that no running pool handles; default the console. */
  readonly logger?: LoggerLike | undefined;
  /** The application's own knowledge of job names; default: none. */
  readonly knownJobs?: KnownJobs | undefined;
}

/** The rules of these options. */
export const ENQUEUER_OPTIONS: OptionTable<EnqueuerOptions> = {
  ...CONNECTED_OPTIONS,
  ...ARGS_LIMITS,
  uniqueKeyEscapes: oneOf('go1.21', 'go1.22'),
  propagators: PROPAGATORS,
  encryption: ENCRYPTION,
  logger: LOGGER,
  knownJobs: objectWith('an object with names()', 'names'),
};
