/** The sets of jobs that are ordered by time. */
export const SETS = ['scheduled', 'retry', 'dead'] as const;
export type SetName = (typeof SETS)[number];
