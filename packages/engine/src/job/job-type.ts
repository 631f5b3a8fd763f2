import type { Backoff } from './backoff.js';
import { duration } from '../options/duration.js';
import { durationIn } from '../base/duration.js';
import { type Duration } from '../base/duration.js';
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

/** Configures how jobs of one name run. The defaults are gocraft/work's. */
export interface JobOptions {
  /** The weight of the queue in the random order of fetches, 1 to 100000; default 1. */
  readonly priority?: number | undefined;
  /** The number of runs after which a failing job is dead, at least 1; default 4. With 1, it is never retried. */
  readonly maxFails?: number | undefined;
  /** Discards a job after its last failure, instead of keeping it as a dead job; default false. */
  readonly skipDead?: boolean | undefined;
  /**
   * The maximum number of jobs of this name that run at the same time, across all processes; 0 means no limit. The pool
   * writes it to Redis when it starts. If omitted, the limit set in Redis remains.
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * Returns the delay between a job's failure and its next run: milliseconds, or a text such as `30s`, rounded up to
   * whole seconds; 0 means immediately. It receives the job, with the failure counted, and must return synchronously.
   * If it throws or does not return a duration, the default is used, and a warning is logged once per name. Default:
   * `fails⁴ + 15 + rand(0..29) · (fails + 1)` seconds.
   */
  readonly backoff?: Backoff | undefined;
  /**
   * The maximum duration of a run: milliseconds, or a text such as `30s`; at least 1 ms. Default: no limit. After that
   * time, `job.signal` aborts, the job fails with a `JobTimeoutError`, and its worker is free, even if the handler
   * continues.
   */
  readonly timeout?: Duration | undefined;
  /**
   * How long the next job of the name may wait in its queue before the pool raises an alert: milliseconds, or a text such
   * as `2m`; at least 1 s. Default: no alert.
   */
  readonly maxWaiting?: Duration | undefined;
  /**
   * How long a unique job prevents duplicates: until it is `started` (gocraft/work's rule, the default), until it is
   * `done`, even if it is retried or dies in between, or until it is `doneOrDead`. If a Go worker runs such a job, the
   * claim ends when the job starts.
   */
  readonly uniqueUntil?: UniqueUntil | undefined;
}

export type UniqueUntil = 'started' | 'done' | 'doneOrDead';

/** A job name with its options and handler. */
export interface JobType<Context = unknown> {
  readonly name: string;
  readonly handler: Handler<Context>;
  /** Parses the arguments before the handler receives them; `undefined` for a job registered by name. */
  readonly contract?: JobContract;
  readonly priority: number;
  readonly maxFails: number;
  readonly skipDead: boolean;
  readonly maxConcurrency: number | undefined;
  readonly backoff: Backoff | undefined;
  /** In milliseconds. */
  readonly timeout: number | undefined;
  /** In milliseconds. */
  readonly maxWaiting: number | undefined;
  readonly uniqueUntil: UniqueUntil;
}

/** The rules for a job's options. */
export const JOB_OPTIONS: OptionTable<JobOptions> = {
  priority: whole(1, 100_000),
  maxFails: whole(1, Number.MAX_SAFE_INTEGER),
  skipDead: FLAG,
  maxConcurrency: whole(0, Number.MAX_SAFE_INTEGER),
  backoff: functionOf('a function that returns a duration'),
  timeout: duration(1),
  maxWaiting: duration(1_000),
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
  const [timeout, maxWaiting] = [options.timeout, options.maxWaiting].map(durationIn);
  const retrying = { maxFails, skipDead, backoff };
  return { name, handler, priority, ...retrying, maxConcurrency, timeout, maxWaiting, uniqueUntil };
}

/**
 * Returns the job type of a name; for a contract, one for its name and one for each alias.
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
