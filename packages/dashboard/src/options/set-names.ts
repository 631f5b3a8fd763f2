/** The sets of jobs that are ordered by time. */
export const SETS = ['scheduled', 'retry', 'dead'] as const;
/** The same as the engine's type, which the page cannot import: it is built without the engine. `job-sets.ts` compares them. */
export type JobSetName = (typeof SETS)[number];
