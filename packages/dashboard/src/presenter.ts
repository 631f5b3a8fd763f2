import { Inject, Injectable } from '@nestjs/common';
import type {
  JobAttempt,
  Job,
  QueueStatus,
  ShownEntry,
  TimedJob,
  WaitingJob,
  WorkerObservation,
  WorkerPoolHeartbeat,
} from '@nestcraft/work';
import { argsTextOf } from '@nestcraft/work';
import type { WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';

const PREVIEW = 200;
const LONGEST_TEXT = 64 * 1024;

/** Times in seconds since the epoch. */
export interface JobView {
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

/** With everything that is known of it. */
export interface JobDetailView extends JobView {
  readonly backtrace: string | undefined;
  readonly uniqueKey: string | undefined;
  /** Its failures, the newest first; empty for jobs that failed in Go. */
  readonly attempts: readonly (Omit<JobAttempt, 'at'> & { readonly at: number })[];
  readonly text: string;
}

/** Turns what the client reads into what the page shows. Arguments pass `redact` here, and nowhere else. */
@Injectable()
export class Presenter {
  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  timed(job: TimedJob): JobView {
    return this.view(job, { at: seconds(job.at) });
  }

  waiting(job: WaitingJob): JobView {
    return this.view(job, { position: job.position });
  }

  /** All that may be shown of it, for a search. */
  searchText(entry: ShownEntry): string {
    const view = this.view(entry, {}, Infinity);
    return [view.id, view.name, view.args, view.error].join(' ');
  }

  detail(job: TimedJob, attempts: readonly JobAttempt[]): JobDetailView {
    const { redact } = this.options;
    const view = this.view(job, { at: seconds(job.at) }, LONGEST_TEXT);
    return {
      ...view,
      attempts: attempts.map((attempt) => ({ ...attempt, at: seconds(attempt.at) })),
      backtrace: job.job?.backtrace,
      uniqueKey: redact ? undefined : job.job?.uniqueKey,
      // The entry holds the arguments, too.
      text: redact ? '(hidden, because arguments are redacted)' : cut(job.text, LONGEST_TEXT),
    };
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

  observation(observation: WorkerObservation, pool: WorkerPoolHeartbeat | undefined) {
    const { startedAt, checkinAt, argsText, jobName, ...rest } = observation;
    return {
      ...rest,
      jobName,
      startedAt: seconds(startedAt),
      checkinAt: checkinAt && seconds(checkinAt),
      args: cut(this.redacted(jobName, argsText), PREVIEW),
      host: pool?.host,
      pid: pool?.pid,
    };
  }

  private view(
    entry: ShownEntry,
    place: { readonly at?: number; readonly position?: number },
    longest = PREVIEW,
  ): JobView {
    const { job } = entry;
    const common = { at: place.at, position: place.position };
    if (!job) {
      return {
        ...common,
        ...{
          id: '',
          name: '',
          enqueuedAt: undefined,
          fails: 0,
          failedAt: undefined,
          unique: false,
        },
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
    id: job.id,
    name: job.name,
    enqueuedAt: seconds(job.enqueuedAt),
    fails: job.fails,
    error: job.lastError,
    failedAt: job.failedAt && seconds(job.failedAt),
    unique: job.unique,
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
