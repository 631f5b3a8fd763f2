/** The token of the options of a `WorkMetricsModule`. */
export const WORK_METRICS_OPTIONS = 'WORK_METRICS_OPTIONS';
