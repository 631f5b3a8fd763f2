import { DEAD_AFTER } from '../stores/handled-names.js';
import type { PoolSighting } from '../scripts/pool-scripts.js';

/** The seconds for which a pool without a heartbeat is only suspected, because it may be starting. */
export const SUSPECT_FOR = 15;

/** The evidence by which a reaper judges. */
export interface Evidence {
  /** Redis's time, in seconds since the epoch. */
  readonly now: number;
  readonly pools: readonly PoolSighting[];
  /** Returns the seconds for which a pool's last beat has not changed. */
  readonly stillFor: (pool: PoolSighting) => number;
}

/**
 * Returns the other pools that are dead: those whose last beat is too old, and those that have had no heartbeat for a while,
 * or appear only in a job's locks. A beat in the future, written while the clock of Redis or of its host was wrong, does not
 * reveal its age. Such a pool is dead when its beat no longer changes.
 */
export function deadPools({ now, pools, stillFor }: Evidence, ownId: string): PoolSighting[] {
  return pools.filter((pool) => {
    const { id, heartbeatAt, suspectedSince } = pool;
    if (id === ownId) return false;
    if (heartbeatAt === undefined) {
      return suspectedSince !== undefined && suspectedSince + SUSPECT_FOR <= now;
    }
    return isLate(heartbeatAt, now) || (heartbeatAt > now && stillFor(pool) >= DEAD_AFTER);
  });
}

/** Returns whether the pool's own beat is late or missing. Then Redis or this process stood still, and others are also late. */
export function isOwnLate({ now, pools }: Omit<Evidence, 'stillFor'>, ownId: string): boolean {
  const own = pools.find(({ id }) => id === ownId);
  return own?.heartbeatAt === undefined || isLate(own.heartbeatAt, now);
}

function isLate(heartbeatAt: number, now: number): boolean {
  return heartbeatAt + DEAD_AFTER <= now;
}
