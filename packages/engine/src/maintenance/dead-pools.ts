import { DEAD_AFTER } from '../stores/handled-names.js';
import type { PoolSighting } from '../scripts/pool-scripts.js';

/** Seconds for which a pool without a heartbeat is only suspected: it may be about to start. */
export const SUSPECT_FOR = 15;

/** What a reaper goes by. */
export interface Evidence {
  /** Redis's time, in seconds since the epoch. */
  readonly now: number;
  readonly pools: readonly PoolSighting[];
  /** For how many seconds a pool's last beat has been seen to stand where it is. */
  readonly stillFor: (pool: PoolSighting) => number;
}

/**
 * Which other pools are dead: those whose last beat is too old, and those that have shown no heartbeat for a while, or
 * only stand in a job's locks. A beat that lies in the future, because Redis's clock or its host's was wrong, says nothing
 * of its age: there it counts whether it moves.
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

/** Whether the own beat is late or missing: then Redis or this process stood still, and others are late for that, too. */
export function isOwnLate({ now, pools }: Omit<Evidence, 'stillFor'>, ownId: string): boolean {
  const own = pools.find(({ id }) => id === ownId);
  return own?.heartbeatAt === undefined || isLate(own.heartbeatAt, now);
}

function isLate(heartbeatAt: number, now: number): boolean {
  return heartbeatAt + DEAD_AFTER <= now;
}
