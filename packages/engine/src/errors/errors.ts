import { counted } from '../base/counted.js';
import { delayOf } from '../base/delay.js';
import { DURATIONS, type Duration } from '../base/duration.js';
import { shown } from '../base/shown.js';
import type { JobArgsIssue } from '../base/standard-schema.js';
import { isOfKind, nameKinds, ownKindOf } from './error-kind.js';
import { errorLine } from './error-text.js';
import { adviceAbout, isRefusal, isReply } from './redis-reply.js';

// Registered, so that two copies of this package know each other's errors.
const VERDICT = Symbol.for('nestcraft:verdict');

// So many of what is wrong with arguments stand in a message; the error has them all.
const MOST_ISSUES = 20;

/** What an error that a handler throws on purpose wants for its job. */
export type Verdict = (typeof VERDICTS)[number];

/** What leaves undefined where a constant, a contract or a class should be. */
export const IMPORT_CYCLE =
  'If it stands in another file: files that import each other in a circle see undefined there. Move it to a file of its own.';

const VERDICTS = ['kill', 'drop', 'retry', 'snooze'] as const;

/**
 * Every error that this engine throws on purpose; catch it to tell them from bugs. It and all that extend it are known by
 * `instanceof` to other copies of this package.
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

/** A job name that cannot be used: it would collide with bookkeeping keys or hide from a reaper. */
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

/** Arguments that cannot be stored as a job's JSON, or do not fit the job's contract. Nothing was enqueued. */
export class InvalidJobArgsError extends WorkError {
  constructor(
    readonly jobName: string,
    /** What is wrong, and where; of what JSON cannot hold, the first. */
    readonly issues: readonly JobArgsIssue[],
  ) {
    super(`Cannot enqueue "${jobName}": ${issuesText(issues)}. Nothing was enqueued.`);
  }
}

/** An option with a value that makes no sense. Thrown where the option is given. */
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

/** An option that there is not, such as a misspelt one. */
export class UnknownOptionError extends InvalidOptionError {
  /** Whose options they are. */
  readonly place: string;
  /** The options that there are. */
  readonly known: readonly string[];

  constructor({ option, place, known, advice }: UnknownOption) {
    const options = `Options: ${known.join(', ') || '(none)'}.`;
    const parts = [`Unknown option "${option}" of ${place}.`, advice, options];
    // Its value may be a secret: a connection, for instance, with its password.
    super(option, undefined, `left out: there is no such option of ${place}`, {
      message: parts.filter((part) => part !== undefined).join(' '),
    });
    this.place = place;
    this.known = known;
    // The message has them: whoever prints the error, such as Nest, need not print them again, one a line.
    Object.defineProperty(this, 'known', { enumerable: false });
  }
}

/** An option that there is not, and what to do. */
export interface UnknownOption {
  readonly option: string;
  /** Whose options they are, such as `WorkModule.forRoot`. */
  readonly place: string;
  /** The options that there are. */
  readonly known: readonly string[];
  /** A sentence: what may be meant. */
  readonly advice: string | undefined;
}

/** A cron spec that cannot be read, or that never fires. */
export class InvalidScheduleError extends WorkError {
  constructor(
    readonly spec: unknown,
    readonly reason: string,
    advice = 'Use five fields, or six with the seconds first, or @every 90s.',
  ) {
    super(`Schedule ${shown(spec)} is refused: ${reason}. ${advice}`);
  }
}

/** A job that no handler was registered for. */
export class NoHandlerError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly known: readonly string[],
  ) {
    const names = known.map((name) => `"${name}"`).join(', ') || 'none';
    super(`Job "${jobName}" has no handler here. Those that have one: ${names}.`);
  }
}

/** A second handler for a job name that has one already. */
export class DuplicateJobError extends WorkError {
  constructor(readonly jobName: string) {
    super(`Job "${jobName}" has a handler already. Register each job name once.`);
  }
}

/** A job name that cannot be forgotten: there are jobs of it, or a pool that runs them. */
export class JobInUseError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly reason: string,
  ) {
    super(`Cannot forget "${jobName}": ${reason}. Empty its queue and stop its pools first.`);
  }
}

/** The pool's jobs and middleware are fixed once it has started. */
export class PoolStartedError extends WorkError {
  constructor(readonly action: string) {
    super(`Cannot ${action} after the worker pool has started. Do it before start().`);
  }
}

/** The Redis settings cannot work with the queue; the message says why, and what to do. */
export class UnsupportedRedisError extends WorkError {}

/** An operation on an enqueuer, client or pool that has been closed. */
export class ClosedError extends WorkError {
  constructor(readonly what: string) {
    super(`The ${what} is closed. Create a new one, or close it later.`);
  }
}

/**
 * The jobs were certainly not enqueued: Redis refused the command, or was never reached.
 * It is safe to enqueue again.
 */
export class EnqueueRejectedError extends WorkError {
  constructor(
    readonly jobNames: readonly string[],
    cause: unknown,
  ) {
    const again = isForGood(cause) ? '' : '; it is safe to try again';
    const advice = isReply(cause) ? adviceAbout(cause.message) : '';
    super(
      `Redis did not take ${list(jobNames)}: ${reasonOf(cause)}. Nothing was enqueued${again}. ${advice}`.trimEnd(),
      { cause },
    );
  }
}

/** A job that is larger than one command to Redis can be; the cause of an `EnqueueRejectedError`. */
export class JobTooLargeError extends WorkError {
  constructor(
    readonly bytes: number,
    readonly most: number,
  ) {
    super(
      `its entry has ${bytes} bytes, and ${most} can be sent; store the data elsewhere and enqueue its key`,
    );
  }
}

/**
 * The jobs may or may not have been enqueued: the connection was lost, or no reply came in time, after the
 * command had been sent. Enqueueing again may run the job twice.
 */
export class EnqueueOutcomeUnknownError extends WorkError {
  constructor(
    readonly jobNames: readonly string[],
    cause: unknown,
  ) {
    super(
      `Redis may or may not have taken ${list(jobNames)}: ${reasonOf(cause)}. Enqueue again only if running the job twice is harmless.`,
      { cause },
    );
  }
}

/**
 * Redis took only some of the jobs of an `enqueueMany`: those in `enqueued`. What happened to the others is the cause:
 * an `EnqueueRejectedError` or an `EnqueueOutcomeUnknownError` that names them.
 */
export class PartialEnqueueError<EnqueuedJob = unknown> extends WorkError {
  constructor(
    readonly enqueued: readonly EnqueuedJob[],
    readonly total: number,
    cause: unknown,
  ) {
    const isUnknown = cause instanceof EnqueueOutcomeUnknownError;
    const why = reasonOf(cause instanceof WorkError ? (cause.cause ?? cause) : cause);
    const others = isUnknown ? 'may or may not be' : 'were not';
    const advice = isUnknown
      ? 'Enqueue those again only if running a job twice is harmless.'
      : 'Enqueue only those again.';
    super(
      `Enqueued ${enqueued.length} of ${counted(total, 'job')}, which are in "enqueued"; the others ${others}: ${why}. ${advice}`,
      { cause },
    );
  }
}

/** A propagator could not say what is to be carried to a job, or it is too much. Nothing was enqueued. */
export class PropagatorCaptureError extends WorkError {
  constructor(
    readonly propagator: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      `What propagator "${propagator}" carries to jobs ${reason}. Nothing was enqueued. Have it carry less, or mend it.`,
      { cause },
    );
  }
}

/** A propagator has taken too long for itself: the job goes on without it. It is logged, and changes nothing of the job. */
export class SlowPropagatorError extends WorkError {
  constructor(
    readonly propagator: string,
    what: string,
    /** In milliseconds. */
    readonly patience: number,
  ) {
    super(
      `Propagator "${propagator}" ${what} within ${patience} ms. The job goes on without it. Have restore() call run(), and end when that has.`,
    );
  }
}

/** A middleware of the enqueuer did not call `next`. Nothing was enqueued. */
export class EnqueueStoppedError extends WorkError {
  constructor(readonly jobNames: readonly string[]) {
    super(
      `A middleware of the enqueuer stopped ${list(jobNames)}: it ended without calling next(). Nothing was enqueued. Have it call next(), or throw an error that says why not.`,
    );
  }
}

/** Whether trying again is of no use: something must be changed first. */
function isForGood(cause: unknown): boolean {
  return cause instanceof UnsupportedRedisError || cause instanceof CommandTooLargeError;
}

/** Redis is not connected, or refuses the connection, so the command was not sent. */
export class NotConnectedError extends WorkError {
  constructor(
    readonly connection: string,
    /** How long was waited for the connection, in milliseconds. */
    readonly waited: number,
    cause?: unknown,
  ) {
    const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
    const what = isRefusal(cause) ? 'is refused' : `is not ready after ${waited} ms`;
    super(`Redis connection "${connection}" ${what}${why}. ${adviceFor(cause)}`, { cause });
  }
}

/** A command is larger than Redis takes. It was not sent. */
export class CommandTooLargeError extends WorkError {
  constructor(
    /** Its name. */
    readonly command: string,
    /** Its size, and the most that it may be. */
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `Command ${command.toUpperCase()} has ${bytes} bytes, and Redis takes ${limit} at most. It was not sent. Send less at once.`,
    );
  }
}

/** A job's argument is missing or has another type. */
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

/** The reason with which `job.signal` aborts when the pool stops before the job has finished. */
export class PoolStoppingError extends WorkError {
  constructor() {
    super('The worker pool is stopping. The job will be put back and run again.');
  }
}

/** The reason with which `job.signal` aborts when somebody has cancelled the job. It is not run again. */
export class JobCancelledError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(`Job "${jobName}" (${jobId}) was cancelled. It will not run again.`);
  }
}

/**
 * The reason with which `job.signal` aborts when the job was taken from this pool, such as by a reaper that took the
 * pool for dead. It runs, or ran, elsewhere as well; what becomes of it here changes nothing.
 */
export class JobLostError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(`Job "${jobName}" (${jobId}) was taken over by another pool. It runs, or ran, there.`);
  }
}

/** What `job.signal.reason` is. */
export type JobAbortReason = JobCancelledError | JobLostError | JobTimeoutError | PoolStoppingError;

/** Throw it in a handler: the job goes to the dead jobs at once, whatever retries it has left. */
export class KillJobError extends WorkError {
  static {
    mark(this, 'kill');
  }

  constructor(message = 'Killed by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A job in Redis whose arguments do not fit its contract, nor an older form of it. It is dead at once. */
export class JobContractError extends KillJobError {
  constructor(
    readonly jobName: string,
    readonly issues: readonly JobArgsIssue[],
    /** Whether the arguments were `stored` so, or have been `upgraded`, and did not fit after that. */
    readonly when: 'stored' | 'upgraded' = 'stored',
  ) {
    const what = when === 'stored' ? 'Its arguments' : 'Its arguments, after an upgrade(),';
    super(
      `${what} do not fit the contract of "${jobName}": ${issuesText(issues)}. Mend the contract, or give it an upgrade() for such arguments; then retry the job.`,
    );
  }
}

/** A handler, or a middleware, returned a function, which nobody calls. The job is dead at once: its work was not done. */
export class UncalledFunctionError extends KillJobError {
  constructor() {
    super(
      'The handler, or a middleware, returned a function, which nobody calls: what that was to do was not done. Have it return what the function gives; then retry the job.',
    );
  }
}

/** A middleware called `next` after it had ended: its job was done without its handler. */
export class LateNextError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly jobId: string,
  ) {
    super(
      `A middleware called next() for job "${jobName}" (${jobId}) after it had ended: the job is done, and its handler did not run. Have the middleware return a promise that resolves after next().`,
    );
  }
}

/** Throw it in a handler: the job has failed and is forgotten, whatever retries it has left; it is not kept among the dead. */
export class DropJobError extends WorkError {
  static {
    mark(this, 'drop');
  }

  constructor(message = 'Dropped by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Throw it in a handler: the job runs again after a delay, and no failure is counted. */
export class SnoozeJobError extends WorkError {
  /** Whole seconds until the next run, 100 years at most. */
  readonly seconds: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @throws InvalidOptionError for anything that is no duration, such as a negative number
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

/** Throw it in a handler: the job has failed, and if it has runs left, it runs again after a delay instead of its backoff. */
export class RetryJobError extends WorkError {
  /** Whole seconds until the next run, 0 for at once, 100 years at most. */
  readonly seconds: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @param message why the job failed; default: the message of `options.cause`
   * @throws InvalidOptionError for anything that is no duration, such as a negative number
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

/** An entry in Redis that is not a job. It ends among the dead jobs, in an envelope that keeps its text. */
export class UndecodableJobError extends WorkError {
  constructor(readonly reason: string) {
    super(`undecodable job: ${reason}`);
  }
}

/** Whether it is one of this package's errors, of whatever copy of it. Never throws. */
export function isWorkError(error: unknown): error is WorkError {
  return error instanceof WorkError;
}

/**
 * What a thrown error wants for its job; `undefined` for all that are not meant so. It may be of another copy of this
 * package. Never throws.
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
  const first = issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${path}: ${message}`);
  const left = issues.length - first.length;
  return [...first, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

function adviceFor(cause: unknown): string {
  if (!isReply(cause)) return 'Check the address and that Redis runs.';
  return adviceAbout(cause.message) || 'Look at what Redis says.';
}

/** For the middle of a sentence: without the full stop at its end. */
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
