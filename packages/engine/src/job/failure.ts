/** A failure as the job's entry will tell it: how many there are now, why, and when (in seconds). */
export interface Failure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  /** The lines of the error's stack below its message. */
  readonly backtrace?: string | undefined;
}
