/** How the last job of a schedule ended. */
export interface ScheduleResult {
  readonly jobId: string;
  /**
   * `done`; `failed`: it runs again; `dead`: it failed for the last time and is among the dead jobs; `dropped`: it failed
   * for the last time and is not kept (`skipDead`, `DropJobError`); `cancelled`.
   */
  readonly result: 'done' | 'failed' | 'dead' | 'dropped' | 'cancelled';
  /** When it ended, to the second. */
  readonly at: Date;
  /** How long its last run took, in milliseconds. */
  readonly duration: number;
  /** Why it failed; `undefined` if it did not. */
  readonly error: string | undefined;
}

/**
 * The JSON text that stands for a result in Redis.
 *
 * @param result its `at` in whole seconds since the epoch
 */
export function scheduleResultText(
  result: Omit<ScheduleResult, 'at'> & { readonly at: number },
): string {
  const { jobId, result: kind, at, duration, error } = result;
  return JSON.stringify({ jobId, result: kind, at, duration, error });
}

/** Reads a text that `scheduleResultText` wrote; `undefined` for any other. */
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
