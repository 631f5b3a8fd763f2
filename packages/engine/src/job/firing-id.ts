/** The schedule and the time of which a job is the firing; `undefined` for other jobs. */
export function firingOf(jobId: string): { schedule: string; time: number } | undefined {
  const [, schedule, time] = /^(periodic:.*):(\d+)$/s.exec(jobId) ?? [];
  return schedule === undefined ? undefined : { schedule, time: Number(time) };
}
