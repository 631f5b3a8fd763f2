/** Returns a firing's schedule and time from its job id; `undefined` for the ids of other jobs. */
export function firingOf(jobId: string): { schedule: string; time: number } | undefined {
  const [, schedule, time] = /^(periodic:.*):(\d+)$/s.exec(jobId) ?? [];
  return schedule === undefined ? undefined : { schedule, time: Number(time) };
}
