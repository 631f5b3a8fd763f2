import { shown } from '../base/shown.js';
import { nameKinds } from './error-kind.js';
import { WorkError } from './work-error.js';

/** Advice for a constant, contract or class that is undefined where it is used. */
export const IMPORT_CYCLE =
  'If it is imported from another file: files that import each other in a circle see undefined. Move it to a file of its own.';

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

/** An enqueuer, client or pool was used after it was closed. */
export class ClosedError extends WorkError {
  constructor(readonly what: string) {
    super(`The ${what} is closed. Create a new one, or close it later.`);
  }
}

nameKinds({
  InvalidJobNameError,
  InvalidOptionError,
  UnknownOptionError,
  InvalidScheduleError,
  NoHandlerError,
  DuplicateJobError,
  JobInUseError,
  PoolStartedError,
  ClosedError,
});
