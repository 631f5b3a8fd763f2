import { delayOf } from '../base/delay.js';
import { DURATIONS, type Duration } from '../base/duration.js';
import { nameKinds } from './error-kind.js';
import { errorLine } from './error-text.js';
import { InvalidOptionError } from './usage-errors.js';
import { requestFate } from './verdict.js';
import { WorkError } from './work-error.js';

/** Throw it in a handler to declare the job dead immediately, regardless of the retries left. */
export class KillJobError extends WorkError {
  static {
    requestFate(this, 'kill');
  }

  constructor(message = 'Killed by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Throw it in a handler to drop the job: it fails and is forgotten, regardless of the retries left. It is not kept
 * among the dead jobs.
 */
export class DropJobError extends WorkError {
  static {
    requestFate(this, 'drop');
  }

  constructor(message = 'Dropped by its handler', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Throw it in a handler to run the job again after a delay, without counting a failure. */
export class SnoozeJobError extends WorkError {
  /** Milliseconds until the next run, in whole seconds; at most 100 years. */
  readonly delay: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @throws InvalidOptionError if the delay is not a duration, for example a negative number
   */
  constructor(delay: Duration) {
    const seconds = wholeSeconds(delay);
    super(`Snoozed for ${seconds} s`);
    this.delay = seconds * 1000;
  }

  static {
    requestFate(this, 'snooze');
  }
}

/**
 * Throw it in a handler to fail the job and, if it has runs left, to retry it after this delay instead of its backoff.
 */
export class RetryJobError extends WorkError {
  /** Milliseconds until the next run, in whole seconds; 0 means immediately; at most 100 years. */
  readonly delay: number;

  /**
   * @param delay until the next run: milliseconds, or a text such as `30s` or `1h30m`; rounded up to whole seconds
   * @param message why the job failed; default: the message of `options.cause`
   * @throws InvalidOptionError if the delay is not a duration, for example a negative number
   */
  constructor(delay: Duration, message?: string, options?: ErrorOptions) {
    const { cause } = options ?? {};
    super(message ?? (cause === undefined ? 'Retried by its handler' : errorLine(cause)), options);
    this.delay = wholeSeconds(delay) * 1000;
  }

  static {
    requestFate(this, 'retry');
  }
}

/** @throws InvalidOptionError */
function wholeSeconds(delay: Duration): number {
  const seconds = delayOf(delay);
  if (seconds !== undefined) return seconds;
  throw new InvalidOptionError('delay', delay, DURATIONS);
}

nameKinds({ KillJobError, DropJobError, SnoozeJobError, RetryJobError });
