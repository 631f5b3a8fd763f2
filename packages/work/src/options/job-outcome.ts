import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  UnauthorizedException,
  UnprocessableEntityException,
  type Type,
} from '@nestjs/common';
import {
  KillJobError,
  type Duration,
  DropJobError,
  InvalidOptionError,
  isWorkError,
  RetryJobError,
  SnoozeJobError,
  type WorkError,
} from '@nestcraft/engine';

/**
 * `dead`: the job is dead immediately, because running it again cannot help. `retry`: it runs again after its backoff,
 * or with `retryIn` after that delay, if it has runs left. `dropped`: it is not kept. `snooze`: it runs again after
 * that delay without counting a failure. Delays are milliseconds or strings such as `30s`, and are rounded up to whole
 * seconds.
 */
export type JobOutcomeKind =
  'dead' | 'retry' | 'dropped' | { readonly retryIn: Duration } | { readonly snooze: Duration };

/** The outcome of a job whose handler, guard, pipe or interceptor throws an error of a given class. */
export interface JobOutcome {
  readonly error: Type<Error>;
  /**
   * The outcome, or a function that returns it for an error:
   * `(error: TooBusyError) => ({ retryIn: error.retryAfter })`.
   */
  readonly outcome: JobOutcomeKind | ((error: never) => JobOutcomeKind);
}

/** The errors that validation pipes and guards throw. */
const HOPELESS: readonly JobOutcome[] = [
  BadRequestException,
  UnprocessableEntityException,
  UnauthorizedException,
  ForbiddenException,
].map((error) => ({ error, outcome: 'dead' }));

/**
 * Returns a function that translates a job's error according to the outcomes. By default, errors that report invalid
 * arguments or a missing permission make the job dead.
 *
 * @param outcomes the user's outcomes; the first match wins, before the default
 * @throws InvalidOptionError for an invalid outcome
 */
export function jobErrors(outcomes: readonly JobOutcome[]): (error: unknown) => unknown {
  const rules = [...outcomes, ...HOPELESS];
  outcomes.forEach(assertOutcome);
  return (error) => {
    if (isWorkError(error) || !(error instanceof Error)) return error;
    const rule = rules.find((one) => error instanceof one.error);
    if (!rule) return error;
    const { outcome } = rule;
    return errorOf(typeof outcome === 'function' ? outcome(error as never) : outcome, error);
  };
}

/** Checks an outcome that is not computed. @throws InvalidOptionError */
function assertOutcome({ outcome }: JobOutcome, index: number): void {
  if (typeof outcome === 'function') return;
  try {
    errorOf(outcome, new Error('checked at startup'));
  } catch (cause) {
    throw new InvalidOptionError(`outcomes[${index}].outcome`, outcome, OUTCOMES, { cause });
  }
}

/** Returns the error that makes the engine apply the outcome. */
function errorOf(outcome: JobOutcomeKind, cause: Error): Error {
  if (outcome === 'retry') return cause;
  const error = wordOf(outcome, cause);
  error.stack = cause.stack; // points to the origin of the error
  return error;
}

function wordOf(outcome: Exclude<JobOutcomeKind, 'retry'>, cause: Error): WorkError {
  const message = messageOf(cause);
  if (outcome === 'dead') return new KillJobError(message, { cause });
  if (outcome === 'dropped') return new DropJobError(message, { cause });
  const { retryIn, snooze } = outcome as {
    readonly retryIn?: Duration;
    readonly snooze?: Duration;
  };
  if (retryIn !== undefined) return new RetryJobError(retryIn, message, { cause });
  if (snooze !== undefined) return new SnoozeJobError(snooze);
  throw new InvalidOptionError('outcome', outcome, OUTCOMES);
}

const OUTCOMES = '"dead", "retry", "dropped", { retryIn: a duration } or { snooze: a duration }';

/** Returns the error's message, with every issue that a validation pipe reported. */
function messageOf(error: Error): string {
  if (!(error instanceof HttpException)) return error.message;
  const { message } = error.getResponse() as { message?: unknown };
  if (!Array.isArray(message)) return error.message;
  return message.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('; ');
}
