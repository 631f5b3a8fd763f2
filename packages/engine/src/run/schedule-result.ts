/** The result of a schedule's last job. */
export interface ScheduleResult {
  readonly jobId: string;
  /**
   * `done`; `failed`: the job runs again; `dead`: it has no retries left and is among the dead jobs; `dropped`: it has no
   * retries left and is not kept (`skipDead`, `DropJobError`); `cancelled`.
   */
  readonly result: 'done' | 'failed' | 'dead' | 'dropped' | 'cancelled';
  /** The time of its end, to the second. */
  readonly at: Date;
  /** The duration of its last run, in milliseconds. */
  readonly duration: number;
  /** The reason of its failure; `undefined` if it did not fail. */
  readonly error: string | undefined;
}

/**
 * Writes a result as JSON text for Redis.
 *
 * @param result the result, with `at` in whole seconds since the epoch
 */
export function scheduleResultText(
  result: Omit<ScheduleResult, 'at'> & { readonly at: number },
): string {
  const { jobId, result: kind, at, duration, error } = result;
  return JSON.stringify({ jobId, result: kind, at, duration, error });
}

/** Parses a text that `scheduleResultText` wrote. Returns `undefined` for any other text. */
export function parseScheduleResult(text: string): ScheduleResult | undefined {
  try {
    const { jobId, result, at, duration, error } = JSON.parse(text) as Partial<
      Omit<ScheduleResult, 'at'> & { at: number }
    >;
    const isOne = typeof jobId === 'string' && typeof result === 'string';
    if (!isOne || typeof at !== 'number' || typeof duration !== 'number') return undefined;
    const reason = typeof error === 'string' ? error : undefined;
    return { jobId, result, at: new Date(at * 1000), duration, error: reason };
  } catch {
    return undefined;
  }
}
