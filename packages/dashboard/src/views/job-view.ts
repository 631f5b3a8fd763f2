/** A job as lists show it. Times are in seconds since the epoch. */
export interface JobView {
  /** The job's id. An entry that is not a job, or has no id, has `sha1:` and the digest of its bytes. */
  readonly id: string;
  readonly name: string;
  /** The job's time in its set; `null` for a score that no Date can hold. */
  readonly at: number | null | undefined;
  /** The job's position in its queue; 1 is next. */
  readonly position: number | undefined;
  readonly enqueuedAt: number | undefined;
  /** JSON as text, so that numbers keep their digits; lists contain only the beginning. */
  readonly args: string;
  readonly fails: number;
  readonly error: string | undefined;
  readonly failedAt: number | undefined;
  readonly unique: boolean;
  /** Whether the entry is not a job. */
  readonly broken: boolean;
}

/** A run of a job that failed. */
export interface AttemptView {
  /** When it ended, in seconds since the epoch. */
  readonly at: number;
  /** Milliseconds; `undefined` if its process died. */
  readonly duration: number | undefined;
  readonly fails: number;
  readonly error: string;
  readonly backtrace: string | undefined;
  readonly host: string;
  readonly pid: number;
}

/** A job with all known details. */
export interface JobDetailView extends JobView {
  readonly backtrace: string | undefined;
  readonly uniqueKey: string | undefined;
  /** The job's failures, the newest first; empty for jobs that failed in Go. */
  readonly attempts: readonly AttemptView[];
  readonly text: string;
  /** Whether the arguments or the text are cut. */
  readonly truncated: boolean;
  /** Whether the user may download the whole entry, at `…/entry`. */
  readonly downloadable: boolean;
}

/** A job that a worker runs. Times are in seconds since the epoch. */
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

/** Some of the waiting jobs of a queue. */
export interface WaitingListView {
  readonly total: number;
  readonly from: number;
  /** The position at which the list continues; `undefined` at the end. */
  readonly next: number | undefined;
  readonly jobs: readonly JobView[];
}

/** Some of the jobs of a set. */
export interface JobListView extends WaitingListView {
  /** The number of jobs that were checked. */
  readonly seen: number;
}

/** The number of jobs of a name in a set. */
export interface JobCountView {
  readonly count: number;
  /** Whether the count is exact; otherwise it is an estimate. */
  readonly exact: boolean;
}
