import { setMaxListeners } from 'node:events';
import { JobArgumentError } from '../errors/errors.js';
import type { JobEntry } from './job-entry.js';

/** The capabilities of a running job. Jobs that were only enqueued or read lack them. */
export interface JobRun {
  /** Aborts when the job must stop; see `Job.signal`. */
  readonly signal: AbortSignal;
  /** Displays `text` as the job's current progress. */
  checkin(text: string): void;
}

/**
 * A job: its name, its arguments, and its history so far.
 *
 * @example
 * ```ts
 * pool.job('send_email', async (job: Job<{ address: string }>) => {
 *   await mailer.send(job.args.address, { idempotencyKey: job.id });
 * });
 * ```
 */
export class Job<Args = Record<string, unknown>> {
  readonly name: string;
  /** Constant across retries. Use it as an idempotency key where a second run must have no effect. */
  readonly id: string;
  /** The arguments with which it was enqueued; an empty object if it had none. */
  readonly args: Args;
  /** The number of failures so far. */
  readonly fails: number;
  /** The message of the last failure; `undefined` if the job has never failed. */
  readonly lastError: string | undefined;
  /** The last error's stack without its message; `undefined` if it was not kept. */
  readonly backtrace: string | undefined;
  /** Whether it prevents equal jobs from waiting. */
  readonly unique: boolean;
  /** The Redis key of its claim; `undefined` if it is not unique. */
  readonly uniqueKey: string | undefined;
  readonly #enqueuedAt: number;
  readonly #failedAt: number;
  readonly #run: JobRun | undefined;
  /** The arguments that no message may quote. */
  readonly #secrets: ReadonlySet<string> | undefined;
  /** The signal of a job that does not run here, created on demand. */
  #never: AbortSignal | undefined;

  /** @param secrets the names of arguments that no message may quote */
  constructor(entry: JobEntry, run?: JobRun, secrets?: ReadonlySet<string>) {
    this.name = entry.name;
    this.id = entry.id;
    this.args = (entry.args ?? {}) as Args;
    this.fails = entry.fails;
    this.lastError = entry.lastError || undefined;
    this.backtrace = entry.backtrace;
    this.unique = entry.unique;
    this.uniqueKey = entry.uniqueKey || undefined;
    this.#enqueuedAt = entry.enqueuedAt;
    this.#failedAt = entry.failedAt;
    this.#run = run;
    this.#secrets = secrets;
  }

  /**
   * Returns the same job with other arguments, such as those parsed by a schema.
   *
   * @param secrets the names of arguments that no message may quote; default: those of this job
   */
  withArgs<Other>(args: Other, secrets = this.#secrets): Job<Other> {
    const entry: JobEntry = {
      name: this.name,
      id: this.id,
      enqueuedAt: this.#enqueuedAt,
      args: args as JobEntry['args'],
      unique: this.unique,
      uniqueKey: this.uniqueKey ?? '',
      fails: this.fails,
      lastError: this.lastError ?? '',
      failedAt: this.#failedAt,
      backtrace: this.backtrace,
    };
    return new Job<Other>(entry, this.#run, secrets);
  }

  /** When it was enqueued, or, for a retried or scheduled job, when it entered its queue. To the second. */
  get enqueuedAt(): Date {
    return new Date(this.#enqueuedAt * 1000);
  }

  /** When it last failed, to the second; `undefined` if it never has. */
  get failedAt(): Date | undefined {
    return this.#failedAt === 0 ? undefined : new Date(this.#failedAt * 1000);
  }

  /**
   * Aborts when the handler must stop. Its `reason` is a `JobAbortReason`: a `JobTimeoutError` after the job type's
   * `timeout`, a `PoolStoppingError` when the pool stops, a `JobCancelledError` when the job is cancelled, or a
   * `JobLostError` when another pool has taken it over. Pass it to `fetch`, timers and database calls. The signal of a
   * job that does not run here never aborts.
   */
  get signal(): AbortSignal {
    return this.#run?.signal ?? (this.#never ??= neverAborted());
  }

  /**
   * Displays `text` on the dashboard as the job's progress, such as `"row 1500 of 20000"`. Text beyond 4 KiB is cut.
   */
  checkin(text: string): void {
    this.#run?.checkin(text);
  }

  /** @throws JobArgumentError if the argument is missing or not a string */
  argString(key: string): string {
    const value = this.#arg(key);
    if (typeof value !== 'string') throw this.#wrong(key, 'a string', value);
    return value;
  }

  /** @throws JobArgumentError if the argument is missing or not a whole number that JavaScript represents exactly */
  argInt(key: string): number {
    const value = this.#arg(key);
    if (!Number.isSafeInteger(value)) throw this.#wrong(key, 'a safe whole number', value);
    return value as number;
  }

  /** @throws JobArgumentError if the argument is missing or not a number */
  argFloat(key: string): number {
    const value = this.#arg(key);
    if (typeof value !== 'number') throw this.#wrong(key, 'a number', value);
    return value;
  }

  /** @throws JobArgumentError if the argument is missing or neither true nor false */
  argBool(key: string): boolean {
    const value = this.#arg(key);
    if (typeof value !== 'boolean') throw this.#wrong(key, 'true or false', value);
    return value;
  }

  #arg(key: string): unknown {
    return Object.hasOwn(this.args as object, key)
      ? (this.args as Record<string, unknown>)[key]
      : undefined;
  }

  #wrong(key: string, wanted: string, value: unknown): JobArgumentError {
    const quoted = this.#secrets?.has(key) ? `(encrypted, a ${typeof value})` : value;
    return new JobArgumentError(this.name, key, wanted, quoted);
  }
}

/** A separate signal for each job, so that its listeners are released together with the job. */
function neverAborted(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** A job that is waiting for its time. */
export class ScheduledJob<Args = Record<string, unknown>> extends Job<Args> {
  /** When it enters its queue, to the second. */
  readonly runAt: Date;

  constructor(entry: JobEntry, runAt: Date) {
    super(entry);
    this.runAt = runAt;
  }
}
