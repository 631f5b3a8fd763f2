/** The result of one check of Redis, of the worker pools or of the jobs. */
export interface FindingView {
  readonly code: string;
  readonly subject: 'redis' | 'pools' | 'jobs';
  /** `unknown`: Redis does not say, as some managed ones do not. */
  readonly level: 'ok' | 'unknown' | 'warning' | 'error';
  readonly text: string;
  readonly remedy?: string | undefined;
  /** The figures behind the text. */
  readonly details: object;
}

/** The figures of the Redis server; `undefined` where it does not report them. */
export interface ServerView {
  readonly version?: string | undefined;
  readonly role?: string | undefined;
  readonly usedMemory?: number | undefined;
  readonly maxMemory?: number | undefined;
  readonly clients?: number | undefined;
  readonly commandsPerSecond?: number | undefined;
  /** Milliseconds. */
  readonly roundTrip?: number | undefined;
  /** Milliseconds by which the dashboard's clock is ahead. */
  readonly skew?: number | undefined;
}

/** A lock that differs from the number of jobs in progress. */
export interface LockRepairView {
  readonly jobName: string;
  /** The lock as it is. */
  readonly before: number;
  /** The number of jobs in progress. */
  readonly after: number;
}

/** Repairs of locks: those to make, or those that were made. */
export interface LockRepairsView {
  /** The first hundred. */
  readonly repairs: readonly LockRepairView[];
  readonly total: number;
}

/** The health of Redis, of the worker pools and of the jobs, as the client's doctor reports it. */
export interface HealthView {
  /** The worst level of the findings. */
  readonly level: FindingView['level'];
  readonly findings: readonly FindingView[];
  readonly server: ServerView;
}
