import { Inject, Injectable } from '@nestjs/common';
import type {
  JobAttempt,
  Job,
  QueueStatus,
  ShownEntry,
  TimedJob,
  WaitingJob,
  WorkerPoolHeartbeat,
} from '@nestcraft/work';
import { argsTextOf } from '@nestcraft/work';
import type { BusyWorker } from './busy-workers.js';
import type { WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';
import { Problem } from './problem.js';

const PREVIEW = 200;
const LONGEST_TEXT = 64 * 1024;

/** Times in seconds since the epoch. */
export interface JobView {
  /** Of what is no job, or has no id, `sha1:` and the digest of the entry. */
  readonly id: string;
  readonly name: string;
  /** The time of the set it is in. */
  readonly at: number | undefined;
  readonly position: number | undefined;
  readonly enqueuedAt: number | undefined;
  /** JSON as text, so that numbers keep their digits; the beginning of it in lists. */
  readonly args: string;
  readonly fails: number;
  readonly error: string | undefined;
  readonly failedAt: number | undefined;
  readonly unique: boolean;
  /** Whether the entry is a job at all. */
  readonly broken: boolean;
}

/** What a worker is doing. Times in seconds since the epoch. */
export interface RunningView {
  readonly workerId: string;
  readonly jobName: string;
  readonly jobId: string;
  readonly startedAt: number;
  readonly args: string;
  readonly checkin: string | undefined;
  readonly checkinAt: number | undefined;
  readonly host: string | undefined;
  readonly pid: number | undefined;
}

/** With everything that is known of it. */
export interface JobDetailView extends JobView {
  readonly backtrace: string | undefined;
  readonly uniqueKey: string | undefined;
  /** Its failures, the newest first; empty for jobs that failed in Go. */
  readonly attempts: readonly (Omit<JobAttempt, 'at'> & { readonly at: number })[];
  readonly text: string;
  /** Whether the arguments or the text are only the beginning. */
  readonly truncated: boolean;
  /** Whether the whole entry may be had. */
  readonly downloadable: boolean;
}

/** Where a job is, in time or in its queue. */
interface Place {
  readonly at?: number;
  readonly position?: number;
}

/** Turns what the client reads into what the page shows. Arguments pass `redact` here, and nowhere else. */
@Injectable()
export class Presenter {
  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  job(job: TimedJob | WaitingJob): JobView {
    return this.view(job, placeOf(job));
  }

  /** All that may be shown of it, for a search. */
  searchText(entry: ShownEntry): string {
    const view = this.view(entry, {}, Infinity);
    return [view.id, view.name, view.args, view.error].join(' ');
  }

  detail(entry: TimedJob | WaitingJob, attempts: readonly JobAttempt[]): JobDetailView {
    const { redact } = this.options;
    const whole = this.view(entry, placeOf(entry), Infinity);
    const { job } = entry;
    return {
      ...whole,
      args: cut(whole.args, LONGEST_TEXT),
      attempts: attempts.map((attempt) => ({ ...attempt, at: seconds(attempt.at) })),
      backtrace: job?.backtrace,
      uniqueKey: redact ? undefined : job?.uniqueKey,
      // The entry holds the arguments, too.
      text: redact ? '(hidden, because arguments are redacted)' : cut(entry.text, LONGEST_TEXT),
      truncated: whole.args.length > LONGEST_TEXT || (!redact && entry.text.length > LONGEST_TEXT),
      downloadable: !redact,
    };
  }

  /** The entry to the byte. @throws Problem where arguments are redacted: it holds them, too */
  entry({ raw }: ShownEntry): Buffer {
    if (!this.options.redact) return Buffer.from(raw);
    throw new Problem(403, 'redacted', 'Entries hold arguments, and those are redacted here.');
  }

  /** @param pools how many live pools run the name */
  queue(queue: QueueStatus, pools: number) {
    const { pausedUntil, ...rest } = queue;
    return { ...rest, pausedUntil: pausedUntil && seconds(pausedUntil), pools };
  }

  /** @param nameList which of the lists of names is that of the pool */
  pool(pool: WorkerPoolHeartbeat, { busy, nameList }: { busy: number; nameList: number }) {
    const { workerPoolId, concurrency, host, pid, engine } = pool;
    return {
      ...{ workerPoolId, nameList, concurrency, host, pid, engine, busy },
      startedAt: seconds(pool.startedAt),
      heartbeatAt: seconds(pool.heartbeatAt),
    };
  }

  running({ observation, pool }: BusyWorker, longest = PREVIEW): RunningView {
    const { startedAt, checkinAt, argsText, jobName, ...rest } = observation;
    return {
      ...rest,
      jobName,
      startedAt: seconds(startedAt),
      checkinAt: checkinAt && seconds(checkinAt),
      args: cut(this.redacted(jobName, argsText), longest),
      host: pool?.host,
      pid: pool?.pid,
    };
  }

  /** A running job as lists show others. */
  runningJob({ observation }: BusyWorker): JobView {
    const { jobId, jobName, startedAt, argsText } = observation;
    return {
      ...{ id: jobId, name: jobName, at: seconds(startedAt), position: undefined, fails: 0 },
      ...{ enqueuedAt: undefined, error: undefined, failedAt: undefined, unique: false },
      args: cut(this.redacted(jobName, argsText), PREVIEW),
      broken: false,
    };
  }

  /** All that may be shown of a running job, for a search. */
  runningSearchText({ observation }: BusyWorker): string {
    const { jobId, jobName, argsText, checkin = '' } = observation;
    return [jobId, jobName, this.redacted(jobName, argsText), checkin].join(' ');
  }

  runningDetail(worker: BusyWorker): RunningView {
    return this.running(worker, LONGEST_TEXT);
  }

  private view(entry: ShownEntry, place: Place, longest = PREVIEW): JobView {
    const { job, id } = entry;
    const common = { id, at: place.at, position: place.position };
    if (!job) {
      return {
        ...common,
        ...{ name: '', enqueuedAt: undefined, fails: 0, failedAt: undefined, unique: false },
        args: cut(this.redacted('', entry.text), longest),
        error: 'This entry is not a job.',
        broken: true,
      };
    }
    return {
      ...common,
      ...fieldsOf(job),
      args: cut(this.redacted(job.name, argsTextOf(entry.raw)), longest),
      broken: false,
    };
  }

  private redacted(name: string, argsText: string): string {
    return this.options.redact ? this.options.redact({ name, argsText }) : argsText;
  }
}

function fieldsOf(job: Job) {
  return {
    name: job.name,
    enqueuedAt: seconds(job.enqueuedAt),
    fails: job.fails,
    error: job.lastError,
    failedAt: job.failedAt && seconds(job.failedAt),
    unique: job.unique,
  };
}

function placeOf(job: TimedJob | WaitingJob): Place {
  return 'at' in job ? { at: seconds(job.at) } : { position: job.position };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
