import type { Look, PoolSighting } from './redis/scripts/pool-scripts.js';

/** Seconds after its last beat at which a pool is dead. gocraft/work's rule: its reapers go by it, too. */
export const DEAD_AFTER = 10;
/** Seconds for which a pool without a heartbeat is only suspected: it may be about to start. */
export const SUSPECT_FOR = 15;

/**
 * Which pools are dead: those whose last beat is too old, and those that have shown no heartbeat for a while, or
 * only stand in a job's locks.
 *
 * @param ownId of the pool that looks. If its own beat is late, Redis or this process stood still, and that others
 * are late, too, says nothing: nobody is dead.
 */
export function deadPools({ now, pools }: Look, ownId: string): readonly PoolSighting[] {
  const own = pools.find(({ id }) => id === ownId);
  if (own?.heartbeatAt === undefined || isLate(own.heartbeatAt, now)) return [];
  return pools.filter(({ id, heartbeatAt, suspectedSince }) => {
    if (id === ownId) return false;
    if (heartbeatAt !== undefined) return isLate(heartbeatAt, now);
    return suspectedSince !== undefined && suspectedSince + SUSPECT_FOR <= now;
  });
}

function isLate(heartbeatAt: number, now: number): boolean {
  return heartbeatAt + DEAD_AFTER <= now;
}
