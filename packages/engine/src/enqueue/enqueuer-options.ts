import { CONNECTED_OPTIONS, type ConnectedOptions } from '../redis/connected-options.js';
import { MAX_DELAY } from '../base/delay.js';
import { InvalidOptionError } from '../errors/errors.js';
import type { GoEscapes } from '../job/go-json.js';
import { ARGS_LIMITS, type JobArgsLimits } from '../job/job-args.js';
import type { LoggerLike } from '../logging/logger.js';
import type { KnownJobs } from './name-watch.js';
import { assertKnown, objectWith, oneOf, rule, type OptionTable } from '../options/option-rules.js';
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

/** How `tryEnqueueUnique` is to enqueue. */
export interface UniqueOptions {
  /** Seconds until the job is put into its queue; default: at once. */
  readonly seconds?: number | undefined;
  /** What makes two jobs the same; default: their arguments. A duplicate then replaces the waiting job's arguments. */
  readonly key?: object | null | undefined;
}

const DELAY = rule('a number of seconds, 0 to 100 years', (value) => {
  return typeof value === 'number' && value >= 0 && value <= MAX_DELAY;
});

/** What the options of `tryEnqueueUnique` may be. */
export const UNIQUE_OPTIONS: OptionTable<UniqueOptions> = {
  seconds: DELAY,
  key: rule('an object, or null for the arguments', (value) => typeof value === 'object'),
};

/** A delay in the whole seconds that Redis gets. @throws InvalidOptionError */
export function wholeDelay(seconds: number): number {
  DELAY.check('seconds', seconds);
  return Math.ceil(seconds);
}

/** `null` and what else is no object would mean the arguments, or nothing. @throws InvalidOptionError */
export function assertKey(key: unknown): void {
  if (typeof key === 'object' && key !== null) return;
  throw new InvalidOptionError('key', key, 'an object: what makes two jobs the same');
}

/**
 * Other queues take options where ours take none, and what they say would be lost without a word.
 *
 * @throws InvalidOptionError
 */
export function assertNoOptions(call: string, given: unknown): void {
  if (given === undefined) return;
  if (typeof given === 'object' && given !== null) assertKnown(call, given, []);
  throw new InvalidOptionError(`options of ${call}`, given, 'left out: there are none');
}
