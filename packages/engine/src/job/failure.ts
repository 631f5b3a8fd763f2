/** A failure as recorded in the job's entry: the number of failures so far, the reason, and the time (in seconds). */
export interface Failure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  /** The error's stack without its message. */
  readonly backtrace?: string | undefined;
}
