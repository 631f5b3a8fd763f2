import { counted } from '../base/counted.js';
import type { JobArgsIssue } from '../base/standard-schema.js';
import { nameKinds } from './error-kind.js';
import { CommandTooLargeError, UnsupportedRedisError } from './redis-errors.js';
import { adviceAbout, isReply } from './redis-reply.js';
import { issuesText, jobList, reasonOf } from './wording.js';
import { WorkError } from './work-error.js';

/** A job's arguments cannot be stored as JSON, or do not fit the job's contract. Nothing was enqueued. */
export class InvalidJobArgsError extends WorkError {
  constructor(
    readonly jobName: string,
    /** Every argument that does not fit the contract, with its path; or the first value that JSON cannot represent. */
    readonly issues: readonly JobArgsIssue[],
    /** The place of the job in the jobs of `enqueueMany`, from 0. */
    readonly index?: number,
  ) {
    const place = index === undefined ? '' : ` (jobs[${index}])`;
    super(`Cannot enqueue "${jobName}"${place}: ${issuesText(issues)}. Nothing was enqueued.`);
  }
}

/**
 * The jobs were certainly not enqueued: Redis rejected the command or was never reached. It is safe to enqueue them
 * again.
 */
export class EnqueueRejectedError extends WorkError {
  constructor(
    readonly jobNames: readonly string[],
    cause: unknown,
  ) {
    const again = isForGood(cause) ? '' : '; it is safe to try again';
    const advice = isReply(cause) ? adviceAbout(cause.message) : '';
    super(
      `Redis did not accept ${jobList(jobNames)}: ${reasonOf(cause)}. Nothing was enqueued${again}. ${advice}`.trimEnd(),
      { cause },
    );
  }
}

/** A job does not fit into one Redis command. The cause of an `EnqueueRejectedError`. */
export class JobTooLargeError extends WorkError {
  constructor(
    /** The size of its entry. */
    readonly bytes: number,
    /** The largest entry that can be sent. */
    readonly maxBytes: number,
  ) {
    super(
      `its entry has ${bytes} bytes, but at most ${maxBytes} can be sent; store the data elsewhere and enqueue its key`,
    );
  }
}

/**
 * The jobs may or may not have been enqueued: the connection was lost, or no reply arrived in time, after the command
 * had been sent. Enqueueing them again may run the job twice.
 */
export class EnqueueOutcomeUnknownError extends WorkError {
  constructor(
    readonly jobNames: readonly string[],
    cause: unknown,
  ) {
    super(
      `Redis may or may not have accepted ${jobList(jobNames)}: ${reasonOf(cause)}. Enqueue again only if running the job twice is safe.`,
      { cause },
    );
  }
}

/** The outcome of one job of a partially accepted `enqueueMany`. */
interface PartialResult<EnqueuedJob> {
  readonly status: string;
  readonly id: string | undefined;
  readonly job?: EnqueuedJob | undefined;
}

/**
 * Redis accepted only some of the jobs of an `enqueueMany`; `enqueued` holds those. The cause, an
 * `EnqueueRejectedError` or an `EnqueueOutcomeUnknownError`, names the others and says what happened to them.
 */
export class PartialEnqueueError<EnqueuedJob = unknown> extends WorkError {
  /** The jobs that are in Redis now. */
  readonly enqueued: readonly EnqueuedJob[];
  /** The number of jobs given to `enqueueMany`. */
  readonly total: number;

  constructor(
    /** The results, in the order of the jobs; `undefined` for each job that Redis did not accept. */
    readonly results: readonly (PartialResult<EnqueuedJob> | undefined)[],
    cause: unknown,
  ) {
    const enqueued = results.flatMap((result) => result?.job ?? []);
    const duplicates = results.filter((result) => result && !result.job).length;
    const waiting = duplicates > 0 ? `; ${duplicates} already waiting` : '';
    const isUnknown = cause instanceof EnqueueOutcomeUnknownError;
    const why = reasonOf(cause instanceof WorkError ? (cause.cause ?? cause) : cause);
    const others = isUnknown ? 'may or may not be' : 'were not';
    const advice = isUnknown
      ? 'Enqueue those again only if running a job twice is safe.'
      : 'Enqueue only those again.';
    super(
      `Enqueued ${enqueued.length} of ${counted(results.length, 'job')}, which are in "enqueued"${waiting}; the others ${others}: ${why}. ${advice}`,
      { cause },
    );
    this.enqueued = enqueued;
    this.total = results.length;
  }
}

/** A propagator failed to capture its carrier, or the carriers are too large. Nothing was enqueued. */
export class PropagatorCaptureError extends WorkError {
  constructor(
    readonly propagator: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      `The carrier of propagator "${propagator}" ${reason}. Nothing was enqueued. Fix the propagator, or make it carry less.`,
      { cause },
    );
  }
}

/** An enqueuer middleware returned without calling `next`. Nothing was enqueued. */
export class EnqueueStoppedError extends WorkError {
  constructor(readonly jobNames: readonly string[]) {
    super(
      `A middleware of the enqueuer stopped ${jobList(jobNames)}: it ended without calling next(). Nothing was enqueued. Make it call next(), or throw an error that gives the reason.`,
    );
  }
}

/** Returns whether a retry is pointless until something is changed. */
function isForGood(cause: unknown): boolean {
  return cause instanceof UnsupportedRedisError || cause instanceof CommandTooLargeError;
}

nameKinds({
  InvalidJobArgsError,
  EnqueueRejectedError,
  JobTooLargeError,
  EnqueueOutcomeUnknownError,
  PartialEnqueueError,
  PropagatorCaptureError,
  EnqueueStoppedError,
});
