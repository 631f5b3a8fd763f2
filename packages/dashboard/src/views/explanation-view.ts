/** The states of explained jobs; `empty` and `notFound` are those without a job. */
export const EXPLAINED_STATES = [
  'queued',
  'scheduled',
  'retry',
  'running',
  'dead',
  'held',
  'empty',
  'notFound',
] as const;

/** The verdicts of explanations. */
export const VERDICTS = ['none', 'waiting', 'blocked', 'running', 'over'] as const;

/** A pool, or a job in progress, that a reason names. */
export interface ReasonHolderView {
  readonly poolId?: string | undefined;
  readonly host?: string | undefined;
  readonly jobId?: string | undefined;
}

/** A reason why a job does not start, or what it does instead. Times are in seconds since the epoch. */
export interface ReasonView {
  /** Names the reason; never changes. */
  readonly code: string;
  readonly text: string;
  readonly since: number | undefined;
  /** When it ends by itself. */
  readonly until: number | undefined;
  /** The pools or jobs that cause it; at most ten. */
  readonly by: readonly ReasonHolderView[];
  readonly remedy: string;
  /** The last error of a dead job or of a job that waits for its retry. */
  readonly error: string | undefined;
}

/** Why a job, or the next job of a queue, does not start. Times are in seconds since the epoch. */
export interface ExplanationView {
  /** `undefined` if no job was found. */
  readonly id: string | undefined;
  readonly jobName: string | undefined;
  readonly state: (typeof EXPLAINED_STATES)[number];
  readonly verdict: (typeof VERDICTS)[number];
  /** Ordered by what must change first. */
  readonly reasons: readonly ReasonView[];
  /** The job's place in its queue; 1 is the next job. */
  readonly position: number | undefined;
  /** When the job is expected to start. */
  readonly startsAt: number | undefined;
}
