/** Percentiles of durations; `undefined` without jobs. */
export interface PercentilesView {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** The activity of jobs in an interval. */
export interface JobMetricsView {
  readonly done: number;
  readonly failed: number;
  readonly dead: number;
  /** Total duration of all runs, in milliseconds. */
  readonly time: number;
  readonly run: PercentilesView;
  readonly wait: PercentilesView;
}

/** The activity of jobs over a range of time. Times are in seconds since the epoch. */
export interface MetricsView {
  /** The length of an interval in seconds. */
  readonly step: number;
  readonly intervals: readonly (JobMetricsView & { readonly start: number })[];
  readonly total: JobMetricsView;
  readonly jobs: readonly (JobMetricsView & { readonly jobName: string })[];
  /** The time from which `jobs` counts. */
  readonly jobsSince: number;
}

/** The activity of a job name in each of the last 30 minutes, oldest first. */
export interface RatesView {
  readonly jobName: string;
  readonly done: readonly number[];
  readonly failed: readonly number[];
}
