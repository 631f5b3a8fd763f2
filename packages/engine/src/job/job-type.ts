import type { Backoff } from './backoff.js';
import { InvalidOptionError } from '../errors/errors.js';
import {
  isJobContract,
  jobNamesOf,
  type JobContract,
  type JobNameOrContract,
} from './job-contract.js';
import { assertJobName } from './job-name.js';
import type { Handler } from './handler.js';
import {
  assertOptions,
  FLAG,
  functionOf,
  LONGEST_TIMER,
  oneOf,
  whole,
  type OptionTable,
} from '../options/option-rules.js';

/** How the jobs of one name are run. The defaults are gocraft/work's. */
export interface JobOptions {
  /** Weight in the random order in which queues are looked into, from 1 to 100000; default 1. */
  readonly priority?: number | undefined;
  /** How often a job may run in all before it is dead, at least 1; default 4. With 1 it is never retried. */
  readonly maxFails?: number | undefined;
  /** Forget a job that has failed for the last time, instead of keeping it among the dead; default false. */
  readonly skipDead?: boolean | undefined;
  /**
   * How many jobs of this name may run at once, in all processes together; 0 is no limit. Written to Redis when the
   * pool starts; when left out, what is set there stays.
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * Seconds until a failed job runs again, 0 for at once, from the job as it stands after the failure was counted. It
   * answers at once, without a promise. Where it throws or gives no number of 0 or more, the default stands in for it,
   * and the log says so once for each name.
   */
  readonly backoff?: Backoff | undefined;
  /**
   * Milliseconds that a run may take; default no limit. When they are over, `job.signal` aborts, the job fails with
   * a `JobTimeoutError` and its worker is free, even if the handler goes on.
   */
  readonly timeout?: number | undefined;
  /**
   * How long a unique job keeps others like it away: until it is `started` (gocraft/work's rule, the default), until
   * it is `done`, its retries and its death included, or until it is `doneOrDead`. A Go worker that runs such a job
   * ends its claim when it starts it.
   */
  readonly uniqueUntil?: UniqueUntil | undefined;
}

export type UniqueUntil = 'started' | 'done' | 'doneOrDead';

/** A job name with its options and its handler. */
export interface JobType<Context = unknown> {
  readonly name: string;
  readonly handler: Handler<Context>;
  /** What reads the arguments before the handler gets them; `undefined` for a job that was registered by its name. */
  readonly contract?: JobContract;
  readonly priority: number;
  readonly maxFails: number;
  readonly skipDead: boolean;
  readonly maxConcurrency: number | undefined;
  readonly backoff: Backoff | undefined;
  readonly timeout: number | undefined;
  readonly uniqueUntil: UniqueUntil;
}

/** What the options of a job may be. */
export const JOB_OPTIONS: OptionTable<JobOptions> = {
  priority: whole(1, 100_000),
  maxFails: whole(1, Number.MAX_SAFE_INTEGER),
  skipDead: FLAG,
  maxConcurrency: whole(0, Number.MAX_SAFE_INTEGER),
  backoff: functionOf('a function that returns seconds'),
  timeout: whole(1, LONGEST_TIMER, 'milliseconds'),
  uniqueUntil: oneOf('started', 'done', 'doneOrDead'),
};

/** @throws InvalidJobNameError, InvalidOptionError */
export function jobType<Context>(
  name: string,
  options: JobOptions,
  handler: Handler<Context>,
): JobType<Context> {
  assertJobName(name);
  if (typeof handler !== 'function') {
    throw new InvalidOptionError(`handler of "${name}"`, handler, 'a function');
  }
  assertOptions(`job "${name}"`, options, JOB_OPTIONS);
  const { priority = 1, maxFails = 4, skipDead = false, uniqueUntil = 'started' } = options;
  const { maxConcurrency, backoff, timeout } = options;
  const retrying = { maxFails, skipDead, backoff };
  return { name, handler, priority, ...retrying, maxConcurrency, timeout, uniqueUntil };
}

/**
 * The job type of a name; for a contract, one for its name and one for each alias.
 *
 * @throws InvalidJobNameError, InvalidOptionError
 */
export function jobTypes<Context>(
  job: JobNameOrContract,
  options: JobOptions,
  handler: Handler<Context>,
): JobType<Context>[] {
  const types = jobNamesOf(job).map((name) => jobType(name, options, handler));
  return isJobContract(job) ? types.map((type) => ({ ...type, contract: job })) : types;
}
