import { counted } from '../base/counted.js';
import { delayOf } from '../base/delay.js';
import { DURATIONS, type Duration } from '../base/duration.js';
import { shown } from '../base/shown.js';
import type { JobArgsIssue } from '../base/standard-schema.js';
import { isOfKind, nameKinds, ownKindOf } from './error-kind.js';
import { errorLine } from './error-text.js';
import { adviceAbout, isRefusal, isReply } from './redis-reply.js';

// A registered symbol, so that two copies of this package recognise each other's errors.
const VERDICT = Symbol.for('nestcraft:verdict');

// The number of issues that a message lists. The error holds them all.
const MAX_SHOWN_ISSUES = 20;

/** The fate that an error thrown by a handler requests for its job. */
export type Verdict = (typeof VERDICTS)[number];

/** Advice for a constant, contract or class that is undefined where it is used. */
export const IMPORT_CYCLE =
  'If it is imported from another file: files that import each other in a circle see undefined. Move it to a file of its own.';

const VERDICTS = ['kill', 'drop', 'retry', 'snooze'] as const;

/**
 * The base class of all errors that this engine throws on purpose. Catch it to distinguish them from bugs. `instanceof`
 * also recognises errors from other copies of this package.
 */
export class WorkError extends Error {
  static {
    Object.defineProperty(this, Symbol.hasInstance, {
      value(this: typeof WorkError, error: unknown) {
        return isOfKind(this, error);
      },
    });
  }

  override get name(): string {
    return ownKindOf(this) ?? this.constructor.name;
  }
}

/** A job name is invalid: it would collide with bookkeeping keys or be invisible to a reaper. */
export class InvalidJobNameError extends WorkError {
  constructor(
    readonly jobName: unknown,
    readonly reason: string,
  ) {
    super(
      `Job name ${shown(jobName)} ${reason}. Use a short name of letters, digits, "_", "-" and ".", such as "send_email".${jobName === undefined ? ` ${IMPORT_CYCLE}` : ''}`,
    );
  }
}

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

/** An option has an invalid value. Thrown where the option is given. */
export class InvalidOptionError extends WorkError {
  constructor(
    readonly option: string,
    readonly value: unknown,
    readonly expected: string,
    options: ErrorOptions & { readonly message?: string } = {},
  ) {
    super(
      options.message ?? `Option "${option}" is ${shown(value)}; it must be ${expected}.`,
      options,
    );
  }
}

/** An option does not exist; it may be misspelt. */
export class UnknownOptionError extends InvalidOptionError {
  /** The function or class that takes the options, such as `WorkModule.forRoot`. */
  readonly place: string;
  /** The valid options. */
  readonly known: readonly string[];

  constructor({ option, place, known, advice }: UnknownOption) {
    const options = `Options: ${known.join(', ') || '(none)'}.`;
    const parts = [`Unknown option ${shown(option)} of ${place}.`, advice, options];
    // The value is left out: it may be a secret, such as a connection with its password.
    super(option, undefined, `left out: there is no such option of ${place}`, {
      message: parts.filter((part) => part !== undefined).join(' '),
    });
    this.place = place;
    this.known = known;
    // The message already lists them. Loggers that print an error's properties, such as Nest's, would repeat them.
    Object.defineProperty(this, 'known', { enumerable: false });
  }
}

/** An unknown option, with advice. */
export interface UnknownOption {
  readonly option: string;
  /** The function or class that takes the options, such as `WorkModule.forRoot`. */
  readonly place: string;
  /** The valid options. */
  readonly known: readonly string[];
  /** A sentence that suggests the intended option. */
  readonly advice: string | undefined;
}

/** A schedule's spec cannot be parsed, or it never fires. */
export class InvalidScheduleError extends WorkError {
  constructor(
    readonly spec: unknown,
    readonly reason: string,
    advice = 'Use five fields, or six with the seconds first, or @every 90s.',
  ) {
    super(`Schedule ${shown(spec)} is invalid: ${reason}. ${advice}`);
  }
}

/** A job has no handler in this process. */
export class NoHandlerError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly known: readonly string[],
  ) {
    const names = known.map((name) => `"${name}"`).join(', ') || 'none';
    super(`Job "${jobName}" has no handler here. Known jobs: ${names}.`);
  }
}

/** A second handler was registered for a job name. */
export class DuplicateJobError extends WorkError {
  constructor(readonly jobName: string) {
    super(`Job "${jobName}" has a handler already. Register each job name once.`);
  }
}

/** A job name cannot be forgotten because jobs are still waiting or a pool still runs them. */
export class JobInUseError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly reason: string,
  ) {
    super(`Cannot forget "${jobName}": ${reason}. Empty its queue and stop its pools first.`);
  }
}

/** A job, schedule or middleware was registered after the pool had started. All of them are fixed at start. */
export class PoolStartedError extends WorkError {
  constructor(readonly action: string) {
    super(`Cannot ${action} after the worker pool has started. Do it before start().`);
  }
}

/** Redis, or its configuration, cannot hold the queue. The message gives the reason and the remedy. */
export class UnsupportedRedisError extends WorkError {}

/** An enqueuer, client or pool was used after it was closed. */
export class ClosedError extends WorkError {
  constructor(readonly what: string) {
    super(`The ${what} is closed. Create a new one, or close it later.`);
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
      `Redis did not accept ${list(jobNames)}: ${reasonOf(cause)}. Nothing was enqueued${again}. ${advice}`.trimEnd(),
      { cause },
    );
  }
}

/** A job does not fit into one Redis command. The cause of an `EnqueueRejectedError`. */
export class JobTooLargeError extends WorkError {
  constructor(
    readonly bytes: number,
    readonly most: number,
  ) {
    super(
      `its entry has ${bytes} bytes, but at most ${most} can be sent; store the data elsewhere and enqueue its key`,
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
      `Redis may or may not have accepted ${list(jobNames)}: ${reasonOf(cause)}. Enqueue again only if running the job twice is safe.`,
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

/** An enqueuer middleware returned without calling `next`. Nothing was enqueued. */
export class EnqueueStoppedError extends WorkError {
  constructor(readonly jobNames: readonly string[]) {
    super(
      `A middleware of the enqueuer stopped ${list(jobNames)}: it ended without calling next(). Nothing was enqueued. Make it call next(), or throw an error that gives the reason.`,
    );
  }
}

/** Returns whether a retry is pointless until something is changed. */
function isForGood(cause: unknown): boolean {
  return cause instanceof UnsupportedRedisError || cause instanceof CommandTooLargeError;
}

/** The command was not sent: Redis is not connected, or it rejects the connection. */
export class NotConnectedError extends WorkError {
  constructor(
    readonly connection: string,
    /** How long the command waited for the connection, in milliseconds. */
    readonly waited: number,
    cause?: unknown,
  ) {
    const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
    const what = isRefusal(cause) ? 'was refused' : `is not ready after ${waited} ms`;
    super(`Redis connection "${connection}" ${what}${why}. ${adviceFor(cause)}`, { cause });
  }
}

/** A command is larger than Redis accepts. It was not sent. */
export class CommandTooLargeError extends WorkError {
  constructor(
    /** The command's name. */
    readonly command: string,
    readonly bytes: number,
    /** The largest command that Redis accepts, in bytes. */
    readonly limit: number,
  ) {
    super(
      `Command ${command.toUpperCase()} has ${bytes} bytes, but Redis accepts at most ${limit}. It was not sent. Send less at a time.`,
    );
  }
}

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

/** Throw it in a handler to declare the job dead immediately, regardless of the retries left. */
export class KillJobError extends WorkError {
  static {
    mark(this, 'kill');
  }

  constructor(message = 'Killed by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

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

/**
 * Throw it in a handler to drop the job: it fails and is forgotten, regardless of the retries left. It is not kept
 * among the dead jobs.
 */
export class DropJobError extends WorkError {
  static {
    mark(this, 'drop');
  }

  constructor(message = 'Dropped by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Throw it in a handler to run the job again after a delay, without counting a failure. */
export class SnoozeJobError extends WorkError {
  /** Whole seconds until the next run, at most 100 years. */
  readonly seconds: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @throws InvalidOptionError if the delay is not a duration, for example a negative number
   */
  constructor(delay: Duration) {
    const seconds = secondsOf(delay);
    super(`Snoozed for ${seconds} s`);
    this.seconds = seconds;
  }

  static {
    mark(this, 'snooze');
  }
}

/**
 * Throw it in a handler to fail the job and, if it has runs left, to retry it after this delay instead of its backoff.
 */
export class RetryJobError extends WorkError {
  /** Whole seconds until the next run; 0 means immediately; at most 100 years. */
  readonly seconds: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @param message why the job failed; default: the message of `options.cause`
   * @throws InvalidOptionError if the delay is not a duration, for example a negative number
   */
  constructor(delay: Duration, message?: string, options?: ErrorOptions) {
    const { cause } = options ?? {};
    super(message ?? (cause === undefined ? 'Retried by its handler' : errorLine(cause)), options);
    this.seconds = secondsOf(delay);
  }

  static {
    mark(this, 'retry');
  }
}

/** A Redis entry is not a valid job. It is moved to the dead jobs, in an envelope that preserves its text. */
export class UndecodableJobError extends WorkError {
  constructor(readonly reason: string) {
    super(`undecodable job: ${reason}`);
  }
}

/** Returns whether a value is an error of this package, or of another copy of it. Never throws. */
export function isWorkError(error: unknown): error is WorkError {
  return error instanceof WorkError;
}

/**
 * Returns the fate that a thrown value requests for its job; `undefined` if it requests none. Recognises errors from
 * other copies of this package. Never throws.
 */
export function verdictOf(error: unknown): Verdict | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    const verdict = (error as { readonly [VERDICT]?: unknown })[VERDICT];
    return VERDICTS.find((one) => one === verdict);
  } catch {
    return undefined; // a revoked Proxy, for instance
  }
}

function mark(errorClass: { readonly prototype: WorkError }, verdict: Verdict): void {
  Object.defineProperty(errorClass.prototype, VERDICT, { value: verdict });
}

/** @throws InvalidOptionError */
function secondsOf(delay: Duration): number {
  const seconds = delayOf(delay);
  if (seconds !== undefined) return seconds;
  throw new InvalidOptionError('delay', delay, DURATIONS);
}

function list(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const shown = distinct
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length === 1
    ? `job ${shown}`
    : `${names.length} jobs (${shown}${distinct.length > 3 ? ', …' : ''})`;
}

function issuesText(issues: readonly JobArgsIssue[]): string {
  const first = issues.slice(0, MAX_SHOWN_ISSUES).map(({ path, message }) => `${path}: ${message}`);
  const left = issues.length - first.length;
  return [...first, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

function adviceFor(cause: unknown): string {
  if (!isReply(cause)) return 'Check the address, and check that Redis is running.';
  return adviceAbout(cause.message) || 'Check the reply from Redis.';
}

/** Returns the cause without its full stop, for the middle of a sentence. */
function reasonOf(cause: unknown): string {
  return errorLine(cause).replace(/\.$/, '');
}

nameKinds({
  UnknownOptionError,
  WorkError,
  InvalidJobNameError,
  InvalidJobArgsError,
  InvalidOptionError,
  InvalidScheduleError,
  NoHandlerError,
  DuplicateJobError,
  JobInUseError,
  PoolStartedError,
  UnsupportedRedisError,
  ClosedError,
  EnqueueRejectedError,
  JobTooLargeError,
  EnqueueOutcomeUnknownError,
  PartialEnqueueError,
  PropagatorCaptureError,
  SlowPropagatorError,
  EnqueueStoppedError,
  NotConnectedError,
  CommandTooLargeError,
  JobArgumentError,
  JobTimeoutError,
  PoolStoppingError,
  JobCancelledError,
  JobLostError,
  KillJobError,
  JobContractError,
  UncalledFunctionError,
  LateNextError,
  DropJobError,
  SnoozeJobError,
  RetryJobError,
  UndecodableJobError,
});
