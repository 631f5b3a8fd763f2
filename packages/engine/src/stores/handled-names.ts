import type { WorkerPoolHeartbeat } from './fleet.js';

/** Seconds after its last beat at which a pool is dead. gocraft/work's rule: its reapers go by it, too. */
export const DEAD_AFTER = 10;

/** Seconds since a pool's last beat. @param now in seconds, on the clock that beats go by */
export function beatAge({ heartbeatAt }: WorkerPoolHeartbeat, now: number): number {
  return now - heartbeatAt.getTime() / 1000;
}

/** The job names that running pools handle, whoever has started them. @param now as for `beatAge` */
export function handledNames(
  pools: readonly WorkerPoolHeartbeat[],
  now: number,
): ReadonlySet<string> {
  const running = pools.filter((pool) => beatAge(pool, now) <= DEAD_AFTER);
  return new Set(running.flatMap(({ jobNames }) => jobNames));
}
