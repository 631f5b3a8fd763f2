/** How long so many per cent of the jobs took at most; `undefined` if there were none. */
export interface PercentilesView {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** What jobs did in an interval. */
export interface JobMetricsView {
  readonly done: number;
  readonly failed: number;
  readonly dead: number;
  /** Milliseconds that all runs took together. */
  readonly time: number;
  readonly run: PercentilesView;
  readonly wait: PercentilesView;
}

/** What the jobs did, over a range of time. Times are in seconds since the epoch. */
export interface MetricsView {
  /** Seconds of an interval. */
  readonly step: number;
  readonly intervals: readonly (JobMetricsView & { readonly start: number })[];
  readonly total: JobMetricsView;
  readonly jobs: readonly (JobMetricsView & { readonly jobName: string })[];
  /** The time from which `jobs` counts. */
  readonly jobsSince: number;
}

/** What jobs of a name did in each of the last 30 minutes, oldest first. */
export interface RatesView {
  readonly jobName: string;
  readonly done: readonly number[];
  readonly failed: readonly number[];
}
