import type { Job } from '@nestcraft/work';

/** Returns when the schedule fired for this job. It may run later than that, but its id never changes. */
export function firingOf({ id }: Job<unknown>): Date {
  const seconds = id.slice(id.lastIndexOf(':') + 1);
  return new Date(Number(seconds) * 1_000);
}
