import { shown } from '../base/shown.js';
import type { JobArgsIssue } from '../base/standard-schema.js';
import { nameKinds } from './error-kind.js';
import { KillJobError } from './outcome-errors.js';
import { requestFate } from './verdict.js';
import { issuesText } from './wording.js';
import { WorkError } from './work-error.js';

/** A job's argument is missing or has the wrong type. */
export class JobArgumentError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly key: string,
    readonly wanted: string,
    readonly value: unknown,
  ) {
    super(`Job "${jobName}": argument "${key}" must be ${wanted}, but is ${shown(value)}.`);
  }
}

/** A contract encrypts fields, but the enqueuer or pool that uses it has no keys. */
export class NoEncryptionKeyError extends WorkError {
  constructor(
    readonly jobName: string,
    /** The paths of the encrypted fields. */
    readonly fields: readonly string[],
  ) {
    super(
      `Job "${jobName}" encrypts ${fields.map((field) => `"${field}"`).join(', ')}, but there are no keys. Give the enqueuer, the pool or WorkModule the option encryption: { keys: [{ id, key }] }.`,
    );
  }
}

/**
 * An encrypted argument of a job cannot be decrypted. The job fails before its handler runs. It is retried, and after
 * its last failure it is kept among the dead jobs, even with `skipDead`. Nothing in it is changed.
 */
export class JobDecryptionError extends WorkError {
  static {
    requestFate(this, 'keep');
  }

  readonly jobName: string;
  /** The path of the argument, such as `card.number`. */
  readonly path: string;
  /** The id of the key that encrypted the argument; `undefined` if the value is too damaged to tell. */
  readonly keyId: string | undefined;
  /** `unknownKey`: this process has no key of that id. `damaged`: the value, its place or the key was changed. */
  readonly fault: 'unknownKey' | 'damaged';

  constructor({ jobName, path, keyId, fault, known }: UndecryptedArgument) {
    super(
      `Job "${jobName}": argument "${path}" is encrypted with key ${shown(keyId)} and cannot be decrypted: ${
        fault === 'unknownKey'
          ? `this process has only the keys ${known.map((id) => `"${id}"`).join(', ')}. Add that key to the option "encryption"`
          : 'the value was changed, it was moved here from another job or field, or the key has another value here. Check the key of that id'
      }; then retry the job.`,
    );
    this.jobName = jobName;
    this.path = path;
    this.keyId = keyId;
    this.fault = fault;
  }
}

/** An argument that cannot be decrypted, and the ids of the known keys. */
export interface UndecryptedArgument extends Pick<
  JobDecryptionError,
  'jobName' | 'path' | 'keyId' | 'fault'
> {
  readonly known: readonly string[];
}

/** A handler ran longer than its job type's `timeout`. The job fails with this error. */
export class JobTimeoutError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
    /** The limit, in milliseconds. */
    readonly timeout: number,
  ) {
    super(`Job "${jobName}" (${jobId}) ran longer than its timeout of ${timeout} ms.`);
  }
}

/** The abort reason of `job.signal` when the pool stops before the job has finished. */
export class PoolStoppingError extends WorkError {
  constructor() {
    super('The worker pool is stopping. The job will be put back and run again.');
  }
}

/** The abort reason of `job.signal` when the job is cancelled. The job does not run again. */
export class JobCancelledError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(`Job "${jobName}" (${jobId}) was cancelled. It will not run again.`);
  }
}

/**
 * The abort reason of `job.signal` when another pool has taken the job over, for example because a reaper declared this
 * pool dead. The job runs, or has run, there as well; its result here is ignored.
 */
export class JobLostError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(`Job "${jobName}" (${jobId}) was taken over by another pool. It runs, or ran, there.`);
  }
}

/** Every abort reason of `job.signal`. */
export type JobAbortReason = JobCancelledError | JobLostError | JobTimeoutError | PoolStoppingError;

/**
 * The arguments of a job in Redis fit neither its contract nor an older version of it. The job is declared dead
 * immediately.
 */
export class JobContractError extends KillJobError {
  constructor(
    readonly jobName: string,
    readonly issues: readonly JobArgsIssue[],
    /** `stored`: the arguments do not fit as stored in Redis; `upgraded`: they do not fit after an `upgrade()`. */
    readonly when: 'stored' | 'upgraded' = 'stored',
  ) {
    const what = when === 'stored' ? 'Its arguments' : 'Its arguments, after an upgrade(),';
    super(
      `${what} do not fit the contract of "${jobName}": ${issuesText(issues)}. Fix the contract, or give it an upgrade() for such arguments; then retry the job.`,
    );
  }
}

/**
 * A handler or middleware returned a function. Nothing calls it, so its work was not done. The job is declared dead
 * immediately.
 */
export class UncalledFunctionError extends KillJobError {
  constructor() {
    super(
      'The handler, or a middleware, returned a function. Nothing calls it, so its work was not done. Call the function and return its result; then retry the job.',
    );
  }
}

/** A middleware called `next` after it had returned. The job is already finished, and its handler did not run. */
export class LateNextError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(
      `A middleware called next() for job "${jobName}" (${jobId}) after it had returned. The job is finished, and its handler did not run. Make the middleware return a promise that resolves after next().`,
    );
  }
}

/** A propagator took too long. The job continues without it; the error is logged and does not affect the job's fate. */
export class SlowPropagatorError extends WorkError {
  constructor(
    readonly propagator: string,
    what: string,
    /** How long the propagator may take, in milliseconds. */
    readonly patience: number,
  ) {
    super(
      `Propagator "${propagator}" ${what} within ${patience} ms. The job continues without it. Make restore() call run(), and resolve once run() has.`,
    );
  }
}

/** A Redis entry is not a valid job. It is moved to the dead jobs, in an envelope that preserves its text. */
export class UndecodableJobError extends WorkError {
  constructor(readonly reason: string) {
    super(`undecodable job: ${reason}`);
  }
}

nameKinds({
  JobArgumentError,
  NoEncryptionKeyError,
  JobDecryptionError,
  JobTimeoutError,
  PoolStoppingError,
  JobCancelledError,
  JobLostError,
  JobContractError,
  UncalledFunctionError,
  LateNextError,
  SlowPropagatorError,
  UndecodableJobError,
});
