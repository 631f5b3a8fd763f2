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
 * `dead`: the job is dead at once, because running it again cannot help. `retry`: it runs again after its backoff, and
 * with `retryIn` after that delay, if it has runs left. `dropped`: it is forgotten. `snooze`: it runs again after that delay,
 * and no failure is counted. Delays are milliseconds, or texts such as `30s`, and round up to whole seconds.
 */
export type JobOutcomeKind =
  'dead' | 'retry' | 'dropped' | { readonly retryIn: Duration } | { readonly snooze: Duration };

/** What becomes of a job whose handler, guard, pipe or interceptor throws an error of a class. */
export interface JobOutcome {
  readonly error: Type<Error>;
  /** Or a function that says so for an error: `(error: TooBusyError) => ({ retryIn: error.retryAfter })`. */
  readonly outcome: JobOutcomeKind | ((error: never) => JobOutcomeKind);
}

/** What validation pipes and guards throw. */
const HOPELESS: readonly JobOutcome[] = [
  BadRequestException,
  UnprocessableEntityException,
  UnauthorizedException,
  ForbiddenException,
].map((error) => ({ error, outcome: 'dead' }));

/**
 * Says what a job has failed with: errors that say that its arguments are wrong, or that it may not be done, are its
 * end.
 *
 * @param outcomes the user's; the first that fits counts, before the rule above
 * @throws InvalidOptionError for an outcome that makes no sense
 */
export function jobErrors(outcomes: readonly JobOutcome[]): (error: unknown) => unknown {
  const rules = [...outcomes, ...HOPELESS];
  for (const { outcome } of rules) {
    if (typeof outcome !== 'function') errorOf(outcome, new Error('tried at the start'));
  }
  return (error) => {
    if (isWorkError(error) || !(error instanceof Error)) return error;
    const rule = rules.find((one) => error instanceof one.error);
    if (!rule) return error;
    const { outcome } = rule;
    return errorOf(typeof outcome === 'function' ? outcome(error as never) : outcome, error);
  };
}

/** The error that has the engine do what the outcome says. */
function errorOf(outcome: JobOutcomeKind, cause: Error): Error {
  if (outcome === 'retry') return cause;
  const error = wordOf(outcome, cause);
  error.stack = cause.stack; // where it was thrown
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

/** Of what a validation pipe throws, all that is wrong. */
function messageOf(error: Error): string {
  if (!(error instanceof HttpException)) return error.message;
  const { message } = error.getResponse() as { message?: unknown };
  if (!Array.isArray(message)) return error.message;
  return message.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('; ');
}
