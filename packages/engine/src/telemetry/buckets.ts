/** The buckets of run durations, in seconds: from a fast query to a long export. */
export const DURATION_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
];

/** The buckets of waits, in seconds. Entries hold whole seconds, and a queue may be hours behind. */
export const LATENCY_BUCKETS = [1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600];
