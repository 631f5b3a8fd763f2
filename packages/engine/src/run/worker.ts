import { setMaxListeners } from 'node:events';
import {
  JobCancelledError,
  JobTimeoutError,
  type JobLostError,
  type PoolStoppingError,
} from '../errors/errors.js';
import { cutText } from '../base/cut-text.js';
import type { Outcome } from './fate.js';
import { Job, type JobRun } from '../job/job.js';
import type { JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import type { Raw } from '../redis/raw.js';
import { finishWork, workIn } from '../middleware/returned-work.js';
import { shown } from '../base/shown.js';
import { isThenable } from '../base/thrown.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

/** The current run of a worker. */
export interface Running {
  readonly entry: JobEntry;
  readonly raw: Raw;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly lastCheckin: Checkin | undefined;
}

export interface Checkin {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The reason why a run must end before it has finished. */
export type Interruption = JobCancelledError | JobLostError | PoolStoppingError;

export interface WorkerOptions<Context> {
  readonly id: string;
  readonly context: () => Context | Promise<Context>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds on a monotonic clock. */
  readonly elapsed: () => number;
  /** Called when the worker has checked in. */
  readonly onCheckin: () => void;
}

/** One slot of a pool's concurrency: runs one job at a time. */
export class Worker<Context> {
  readonly id: string;
  readonly #options: WorkerOptions<Context>;
  #run: Run | undefined;
  #onEnd: OnEnd | undefined;

  constructor(options: WorkerOptions<Context>) {
    this.id = options.id;
    this.#options = options;
  }

  /** The current run; `undefined` while the worker is idle. */
  get running(): Running | undefined {
    return this.#run;
  }

  /**
   * Runs the job's handler with a fresh context. Calls `onEnd` exactly once, never before it returns, with the outcome and
   * the duration in milliseconds.
   */
  run(entry: JobEntry, raw: Raw, type: JobType<Context>, onEnd: OnEnd): void {
    const run = new Run(entry, raw, this.#options, this.#ended);
    this.#run = run;
    this.#onEnd = onEnd;
    if (type.timeout !== undefined) run.limit(type.timeout);
    this.#handle(run, type).then(
      (result) => run.returned(result),
      (error: unknown) => run.fail(error),
    );
  }

  /** Aborts the job's signal. If the handler then fails, its outcome is `interrupted` or `cancelled`. */
  interrupt(reason: Interruption): void {
    this.#run?.interrupt(reason);
  }

  /** Ends an interrupted run without waiting longer for its handler. */
  abandon(): void {
    this.#run?.abandon();
  }

  // One function for all runs. A closure for each job would cost its creation and collection.
  readonly #ended: OnEnd = (outcome, duration) => {
    this.#run = undefined;
    this.#onEnd?.(outcome, duration);
  };

  /** Calls the handler. It is not `async`, which would cost every job another promise. */
  #handle(run: Run, type: JobType<Context>): Promise<unknown> {
    try {
      const context = this.#options.context();
      const job = new Job(run.entry, run);
      if (isThenable(context)) return Promise.resolve(context).then((it) => type.handler(job, it));
      return Promise.resolve(type.handler(job, context));
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a handler may throw anything
      return Promise.reject(error);
    }
  }
}

/** @param duration in whole milliseconds */
type OnEnd = (outcome: Outcome, duration: number) => void;

const RETURNED: Outcome = { kind: 'returned' };
const MAX_CHECKIN_BYTES = 4 * 1024;

type RunOptions = Pick<WorkerOptions<unknown>, 'now' | 'elapsed' | 'onCheckin'>;

/** One run of one job. The first thing that ends it decides its outcome; anything later is ignored. */
class Run implements Running, JobRun {
  readonly #startedAt: number;
  readonly #options: RunOptions;
  readonly #onEnd: OnEnd;
  #checkin: Checkin | undefined;
  // Made on demand: most handlers never ask for their signal.
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #interruption: Interruption | undefined;
  #ended = false;

  constructor(
    readonly entry: JobEntry,
    readonly raw: Raw,
    options: RunOptions,
    onEnd: OnEnd,
  ) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#startedAt = options.elapsed();
  }

  /** The start, derived from the current clock, which may have been set since. */
  get startedAt(): number {
    return this.#options.now() - this.#duration;
  }

  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  get #aborting(): AbortController {
    if (!this.#controller) {
      this.#controller = new AbortController();
      // A job may pass its signal on to any number of calls.
      setMaxListeners(0, this.#controller.signal);
    }
    return this.#controller;
  }

  get #duration(): number {
    return Math.max(0, Math.round(this.#options.elapsed() - this.#startedAt));
  }

  get lastCheckin(): Checkin | undefined {
    return this.#checkin;
  }

  checkin(text: string): void {
    // A handler that continues after the end of its run must not check in for the next job.
    if (this.#ended) return;
    const shownText = cutText(typeof text === 'string' ? text : shown(text), MAX_CHECKIN_BYTES);
    this.#checkin = { text: shownText, at: this.#options.now() };
    this.#options.onCheckin();
  }

  /** Ends the run with a `JobTimeoutError` when it takes longer than `timeout` milliseconds. */
  limit(timeout: number): void {
    this.#timer = setTimeout(() => {
      const error = new JobTimeoutError(this.entry.name, this.entry.id, timeout);
      this.end({ kind: 'threw', error });
      this.#abort(error);
    }, timeout);
  }

  interrupt(reason: Interruption): void {
    // A later reason, such as the pool's end, must not win, because a cancelled job must not run again.
    if (this.#interruption instanceof JobCancelledError) return;
    this.#interruption = reason;
    this.#abort(reason);
  }

  /** The handler has returned. The run ends when the returned work, such as an Observable, is done. */
  returned(result: unknown): void {
    if (result === undefined || !workIn(result)) {
      this.end(RETURNED);
      return;
    }
    finishWork(result, this).then(
      () => this.end(RETURNED),
      (error: unknown) => this.fail(error),
    );
  }

  fail(error: unknown): void {
    if (this.#interruption) this.abandon();
    else this.end({ kind: 'threw', error });
  }

  abandon(): void {
    const isCancelled = this.#interruption instanceof JobCancelledError;
    this.end({ kind: isCancelled ? 'cancelled' : 'interrupted' });
  }

  end(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#onEnd(outcome, this.#duration);
  }

  #abort(reason: Error): void {
    this.#aborting.abort(reason);
  }
}
