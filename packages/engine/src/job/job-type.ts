import type { Backoff } from './backoff.js';
import { duration, durationIn, type Duration } from '../options/duration.js';
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
  oneOf,
  whole,
  type OptionTable,
} from '../options/option-rules.js';

/** How the jobs of one name run. The defaults are gocraft/work's. */
export interface JobOptions {
  /** Weight of the queue in the random order of fetches, from 1 to 100000; default 1. */
  readonly priority?: number | undefined;
  /** How many runs a job has in all before it is dead, at least 1; default 4. With 1 it is never retried. */
  readonly maxFails?: number | undefined;
  /** Forget a job that has failed for the last time, instead of keeping it as a dead job; default false. */
  readonly skipDead?: boolean | undefined;
  /**
   * How many jobs of this name may run at once, in all processes together; 0 is no limit. The pool writes it to Redis when
   * it starts; if it is left out, the limit that is set there stays.
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * Says how long after its failure a job runs again: milliseconds, or a text such as `30s`, rounded up to whole
   * seconds; 0 is at once. It gets the job with the failure counted, and must answer at once, without a promise. If it
   * throws or returns no duration, the default is used, and the log says so once for each name. Default:
   * `fails⁴ + 15 + rand(0..29) · (fails + 1)` seconds.
   */
  readonly backoff?: Backoff | undefined;
  /**
   * How long a run may take: milliseconds, or a text such as `30s`; at least 1 ms. Default no limit. After that time
   * `job.signal` aborts, the job fails with a `JobTimeoutError` and its worker is free, even if the handler goes on.
   */
  readonly timeout?: Duration | undefined;
  /**
   * How long a unique job keeps duplicates away: until it is `started` (gocraft/work's rule, the default), until it is
   * `done`, even if it is retried or dies before, or until it is `doneOrDead`. A Go worker that runs such a job ends its
   * claim when the job starts.
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
  /** In milliseconds. */
  readonly timeout: number | undefined;
  readonly uniqueUntil: UniqueUntil;
}

/** The rules of a job's options. */
export const JOB_OPTIONS: OptionTable<JobOptions> = {
  priority: whole(1, 100_000),
  maxFails: whole(1, Number.MAX_SAFE_INTEGER),
  skipDead: FLAG,
  maxConcurrency: whole(0, Number.MAX_SAFE_INTEGER),
  backoff: functionOf('a function that returns a duration'),
  timeout: duration(1),
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
  const { maxConcurrency, backoff } = options;
  const timeout = durationIn(options.timeout);
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
