import { setMaxListeners } from 'node:events';
import { JobArgumentError } from '../errors/errors.js';
import type { JobEntry } from './job-entry.js';

/** The abilities of a running job, which a job that was only enqueued or read does not have. */
export interface JobRun {
  /** Aborts when the job is asked to end; see `Job.signal`. */
  readonly signal: AbortSignal;
  /** Shows `text` as what the job is doing now. */
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
  /** Stays the same through retries. Use it as an idempotency key where a second run must do no harm. */
  readonly id: string;
  /** The arguments with which it was enqueued; an empty object if there were none. */
  readonly args: Args;
  /** How often it has failed so far. */
  readonly fails: number;
  /** Why it failed last; `undefined` if it never did. */
  readonly lastError: string | undefined;
  /** The lines of the last error's stack below its message; `undefined` if they were not kept. */
  readonly backtrace: string | undefined;
  /** Whether no other job with the same unique key may wait beside it. */
  readonly unique: boolean;
  /** The Redis key of its claim to be unique; `undefined` if it is not unique. */
  readonly uniqueKey: string | undefined;
  readonly #enqueuedAt: number;
  readonly #failedAt: number;
  readonly #run: JobRun | undefined;
  /** The signal of a job that does not run here, made on demand. */
  #never: AbortSignal | undefined;

  constructor(entry: JobEntry, run?: JobRun) {
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
  }

  /** The same job with other arguments, such as those that a schema has parsed. */
  withArgs<Other>(args: Other): Job<Other> {
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
    return new Job<Other>(entry, this.#run);
  }

  /** When it was enqueued; after a retry or a schedule, when it was put into its queue. To the second. */
  get enqueuedAt(): Date {
    return new Date(this.#enqueuedAt * 1000);
  }

  /** When it failed last, to the second; `undefined` if it never did. */
  get failedAt(): Date | undefined {
    return this.#failedAt === 0 ? undefined : new Date(this.#failedAt * 1000);
  }

  /**
   * Aborts when the handler is asked to end. Its `reason` is a `JobAbortReason`: a `JobTimeoutError` when the job type's
   * `timeout` is over, a `PoolStoppingError` when the pool stops, a `JobCancelledError` when the job was cancelled, a
   * `JobLostError` when another pool has taken it over. Pass it on to `fetch`, to timers, to database calls. The signal of a
   * job that does not run here never aborts.
   */
  get signal(): AbortSignal {
    return this.#run?.signal ?? (this.#never ??= neverAborted());
  }

  /** Shows `text` on the dashboard as the job's progress, such as `"row 1500 of 20000"`; 4 KiB at most, the rest is cut. */
  checkin(text: string): void {
    this.#run?.checkin(text);
  }

  /** @throws JobArgumentError when the argument is missing or not a string */
  argString(key: string): string {
    const value = this.#arg(key);
    if (typeof value !== 'string') throw this.#wrong(key, 'a string', value);
    return value;
  }

  /** @throws JobArgumentError when the argument is missing or not a whole number that JavaScript holds exactly */
  argInt(key: string): number {
    const value = this.#arg(key);
    if (!Number.isSafeInteger(value)) throw this.#wrong(key, 'a safe whole number', value);
    return value as number;
  }

  /** @throws JobArgumentError when the argument is missing or not a number */
  argFloat(key: string): number {
    const value = this.#arg(key);
    if (typeof value !== 'number') throw this.#wrong(key, 'a number', value);
    return value;
  }

  /** @throws JobArgumentError when the argument is missing or neither true nor false */
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
    return new JobArgumentError(this.name, key, wanted, value);
  }
}

/** A new signal for each job, so that its listeners go with the job. */
function neverAborted(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** A job that waits for its time. */
export class ScheduledJob<Args = Record<string, unknown>> extends Job<Args> {
  /** When it will be put into its queue, to the second. */
  readonly runAt: Date;

  constructor(entry: JobEntry, runAt: Date) {
    super(entry);
    this.runAt = runAt;
  }
}
