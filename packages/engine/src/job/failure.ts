/** A failure as the job's entry records it: how often the job has failed by now, why, and when (in seconds). */
export interface Failure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  /** The lines of the error's stack below its message. */
  readonly backtrace?: string | undefined;
}
