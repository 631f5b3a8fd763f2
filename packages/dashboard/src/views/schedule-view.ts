/** The end of a schedule's last job. */
export interface ScheduleResultView {
  readonly jobId: string;
  readonly result: 'done' | 'failed' | 'dead' | 'dropped' | 'cancelled';
  /** In seconds since the epoch. */
  readonly at: number;
  /** Duration of its last run, in milliseconds. */
  readonly duration: number;
  readonly error: string | undefined;
}

/** A schedule that live pools register. */
export interface ScheduleView {
  readonly id: string;
  readonly jobName: string;
  readonly spec: string;
  readonly overlap: 'allow' | 'skip';
  readonly missed: 'skip' | 'last';
  /** The number of pools that register it. */
  readonly pools: number;
  /** The next firings, in seconds since the epoch. */
  readonly next: readonly number[];
  readonly last: ScheduleResultView | undefined;
}
