import type { WorkerPoolHeartbeat } from './fleet.js';

/** Seconds after its last beat at which a pool is dead. This is gocraft/work's rule, which its reapers also follow. */
export const DEAD_AFTER = 10;

/** Returns the seconds since a pool's last beat. @param now in seconds, on the clock that beats follow */
export function beatAge({ heartbeatAt }: WorkerPoolHeartbeat, now: number): number {
  return now - heartbeatAt.getTime() / 1000;
}

/** Returns the job names that running pools handle, in all processes. @param now as for `beatAge` */
export function handledNames(
  pools: readonly WorkerPoolHeartbeat[],
  now: number,
): ReadonlySet<string> {
  const running = pools.filter((pool) => beatAge(pool, now) <= DEAD_AFTER);
  return new Set(running.flatMap(({ jobNames }) => jobNames));
}
