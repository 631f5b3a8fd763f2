import { Injectable } from '@nestjs/common';
import type {
  Explanation,
  Job,
  JobAttempt,
  QueueStatus,
  Reason,
  Recovery,
  ScheduleResult,
  ShownEntry,
  Stall,
  TimedJob,
  WaitingJob,
  WorkerPoolHeartbeat,
} from '@nestcraft/work';
import { argsTextOf, hasEnvelope, maskEnvelopes } from '@nestcraft/work/internal';
import type { BusyWorker } from './busy-workers.js';
import type { ExplanationView, ReasonView } from './explanation-view.js';
import type { AttemptView, JobDetailView, JobView, RunningView } from './job-view.js';
import type { ScheduleResultView } from './schedule-view.js';
import { LOCKED } from './locked.js';
import type { LoggedStallView, StallView } from './stall-view.js';
import type { PoolView, QueueView } from './snapshot-view.js';
import { Problem } from '../http/problem.js';
import { Redactor } from '../security/redactor.js';

const PREVIEW = 200;
const MAX_TEXT = 64 * 1024;
const NOT_ALLOWED = '(hidden: you may not see arguments)';
const REDACTED = '(hidden, because arguments are redacted)';

/** The location of a job, in time or in its queue. */
interface Place {
  readonly at?: number | null;
  readonly position?: number;
}

/**
 * Turns data from the client into the views that are shown. Arguments, errors, backtraces and check-ins are redacted,
 * and encrypted values are replaced by a mark, only here, so all shown job data must pass through this class.
 */
export class Presenter {
  /** @param showsArgs whether the user may see arguments */
  constructor(
    private readonly redactor: Redactor,
    readonly showsArgs: boolean,
  ) {}

  job(job: TimedJob | WaitingJob): JobView {
    return this.view(job, placeOf(job));
  }

  /** Returns all text of an entry that may be shown, for a search. */
  searchText(entry: ShownEntry): string {
    const view = this.view(entry, {}, Infinity);
    return [view.id, view.name, view.args, view.error].join(' ');
  }

  /** Whether entries are shown unchanged, so that a text missing from their bytes is missing from all shown data. */
  get showsRaw(): boolean {
    return this.showsArgs && !this.redactor.isOn && !this.redactor.hasErrors;
  }

  detail(entry: TimedJob | WaitingJob, attempts: readonly JobAttempt[]): JobDetailView {
    const whole = this.view(entry, placeOf(entry), Infinity);
    const { job } = entry;
    const hidden = this.hidden;
    const text = locked(entry.text);
    return {
      ...whole,
      args: cut(whole.args, MAX_TEXT),
      attempts: attempts.map((attempt) => this.attempt(whole.name, attempt)),
      backtrace: this.error(whole.name, 'backtrace', job?.backtrace),
      // Both also contain the arguments, and the entry contains its error.
      uniqueKey: hidden === undefined ? job?.uniqueKey && locked(job.uniqueKey) : undefined,
      text: hidden ?? cut(text, MAX_TEXT),
      truncated: whole.args.length > MAX_TEXT || (hidden === undefined && text.length > MAX_TEXT),
      downloadable: hidden === undefined && !hasEnvelope(entry.text),
    };
  }

  /** Returns the entry byte for byte. @throws Problem if a part of it is hidden or encrypted */
  entry({ raw, text }: ShownEntry): Buffer {
    if (this.hidden === undefined) {
      if (!hasEnvelope(text)) return Buffer.from(raw);
      throw new Problem(403, 'encrypted', 'The entry contains encrypted fields.');
    }
    if (!this.showsArgs) throw new Problem(403, 'forbidden', 'You may not see arguments.');
    throw new Problem(403, 'redacted', 'Entries contain data that is redacted here.');
  }

  /** Returns the arguments as JSON if they are shown unchanged, otherwise a JSON string with the reason. */
  argsJson(name: string, argsText: string): string {
    const shown = this.args(name, argsText);
    return isJson(shown) ? shown : JSON.stringify(shown);
  }

  args(name: string, argsText: string): string {
    if (!this.showsArgs && argsText !== '' && argsText !== 'null') return NOT_ALLOWED;
    return this.redactor.args(name, locked(argsText));
  }

  error(
    name: string,
    kind: 'error' | 'backtrace' | 'checkin',
    text: string | undefined,
  ): string | undefined {
    return text === undefined ? undefined : this.redactor.error(name, kind, locked(text));
  }

  /** @param pools the number of live pools that run the name */
  queue(queue: QueueStatus, pools: number): QueueView {
    const { latency, pausedUntil, ...rest } = queue;
    return {
      ...{ ...rest, pools, latency: latency / 1000 },
      pausedUntil: pausedUntil && seconds(pausedUntil),
    };
  }

  /** @param nameList the index of the pool's list of names */
  pool(
    pool: WorkerPoolHeartbeat,
    { busy, nameList }: Pick<PoolView, 'busy' | 'nameList'>,
  ): PoolView {
    const { workerPoolId, concurrency, host, pid, engine } = pool;
    return {
      ...{ workerPoolId, nameList, concurrency, host, pid, engine, busy },
      startedAt: seconds(pool.startedAt),
      heartbeatAt: seconds(pool.heartbeatAt),
    };
  }

  /** Returns the view of a schedule's last result. */
  scheduleResult(jobName: string, { at, error, ...rest }: ScheduleResult): ScheduleResultView {
    return { ...rest, at: seconds(at), error: this.error(jobName, 'error', error) };
  }

  stall({ kind, subject, since, text, remedy }: Stall): StallView {
    return { ...{ kind, subject, text, remedy }, since: seconds(since) };
  }

  loggedStall(stall: Stall | Recovery): LoggedStallView {
    const recoveredAt = 'recoveredAt' in stall ? secondsIn(stall.recoveredAt) : undefined;
    return { ...this.stall(stall), recoveredAt };
  }

  explanation({
    subject,
    state,
    verdict,
    reasons,
    position,
    startsAt,
  }: Explanation): ExplanationView {
    const { id, jobName } = subject;
    return {
      ...{ id, jobName, state, verdict, position, startsAt: secondsIn(startsAt) },
      reasons: reasons.map((reason) => this.reason(jobName ?? '', reason)),
    };
  }

  running({ observation, pool }: BusyWorker, longest = PREVIEW): RunningView {
    const { startedAt, checkinAt, argsText, jobName, checkin, ...rest } = observation;
    return {
      ...rest,
      jobName,
      startedAt: seconds(startedAt),
      checkin: this.error(jobName, 'checkin', checkin),
      checkinAt: checkinAt && seconds(checkinAt),
      args: cut(this.args(jobName, argsText), longest),
      host: pool?.host,
      pid: pool?.pid,
    };
  }

  /** Returns a running job in the form used by lists. */
  runningJob({ observation }: BusyWorker): JobView {
    const { jobId, jobName, startedAt, argsText } = observation;
    return {
      ...{ id: jobId, name: jobName, at: seconds(startedAt), position: undefined, fails: 0 },
      ...{ enqueuedAt: undefined, error: undefined, failedAt: undefined, unique: false },
      args: cut(this.args(jobName, argsText), PREVIEW),
      broken: false,
    };
  }

  /** Returns all text of a running job that may be shown, for a search. */
  runningSearchText({ observation }: BusyWorker): string {
    const { jobId, jobName, argsText, checkin } = observation;
    const said = this.error(jobName, 'checkin', checkin);
    return [jobId, jobName, this.args(jobName, argsText), said].join(' ');
  }

  runningDetail(worker: BusyWorker): RunningView {
    return this.running(worker, MAX_TEXT);
  }

  /** The reason for hiding the complete entry of a job; `undefined` if it is shown. */
  private get hidden(): string | undefined {
    if (!this.showsArgs) return NOT_ALLOWED;
    return this.redactor.isOn || this.redactor.hasErrors ? REDACTED : undefined;
  }

  private reason(name: string, reason: Reason): ReasonView {
    const { code, text, since, until, by = [], remedy, error } = reason;
    return {
      ...{ code, text, remedy, by, since: secondsIn(since), until: secondsIn(until) },
      error: this.error(name, 'error', error && cut(error, MAX_TEXT)),
    };
  }

  private attempt(name: string, attempt: JobAttempt): AttemptView {
    return {
      ...attempt,
      at: seconds(attempt.at),
      error: this.error(name, 'error', attempt.error) ?? '',
      backtrace: this.error(name, 'backtrace', attempt.backtrace),
    };
  }

  private view(entry: ShownEntry, place: Place, longest = PREVIEW): JobView {
    const { job, id } = entry;
    const common = { id, at: place.at, position: place.position };
    if (!job) {
      return {
        ...common,
        ...{ name: '', enqueuedAt: undefined, fails: 0, failedAt: undefined, unique: false },
        args: cut(this.hidden ?? locked(entry.text), longest),
        error: 'This entry is not a job.',
        broken: true,
      };
    }
    return {
      ...common,
      ...fieldsOf(job),
      error: this.error(job.name, 'error', job.lastError),
      args: cut(this.args(job.name, argsTextOf(entry.raw)), longest),
      broken: false,
    };
  }
}

/** The two presenters: for users with and without permission to see arguments. */
@Injectable()
export class Presenters {
  private readonly open: Presenter;
  private readonly veiled: Presenter;

  constructor(redactor: Redactor) {
    this.open = new Presenter(redactor, true);
    this.veiled = new Presenter(redactor, false);
  }

  for(showsArgs: boolean): Presenter {
    return showsArgs ? this.open : this.veiled;
  }
}

function fieldsOf(job: Job) {
  return {
    name: job.name,
    enqueuedAt: seconds(job.enqueuedAt),
    fails: job.fails,
    failedAt: job.failedAt && seconds(job.failedAt),
    unique: job.unique,
  };
}

function placeOf(job: TimedJob | WaitingJob): Place {
  if (!('at' in job)) return { position: job.position };
  const at = seconds(job.at);
  return { at: Number.isNaN(at) ? null : at };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Returns a time in seconds; `undefined` if it is missing, or if no calendar has it. */
function secondsIn(date: Date | undefined): number | undefined {
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : seconds(date);
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function locked(text: string): string {
  return maskEnvelopes(text, LOCKED);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
