import { describe, expect, it } from '@jest/globals';
import { deadPools } from './dead-pools.js';
import type { PoolSighting } from './redis/scripts/pool-scripts.js';

const NOW = 1_000;

function pool(id: string, sighting: Partial<PoolSighting> = {}): PoolSighting {
  return {
    id,
    heartbeatAt: NOW,
    jobNames: ['n'],
    suspectedSince: undefined,
    ...sighting,
  };
}

function dead(...pools: PoolSighting[]): string[] {
  return deadPools({ now: NOW, pools }, 'own').map(({ id }) => id);
}

describe('deadPools', () => {
  it('are those whose last beat is ten seconds old', () => {
    const late = pool('late', { heartbeatAt: NOW - 10 });
    const alive = pool('alive', { heartbeatAt: NOW - 9 });
    expect(dead(pool('own'), late, alive)).toEqual(['late']);
  });

  it('are those without a heartbeat for fifteen seconds', () => {
    const old = pool('old', { heartbeatAt: undefined, suspectedSince: NOW - 15 });
    const fresh = pool('fresh', { heartbeatAt: undefined, suspectedSince: NOW - 14 });
    expect(dead(pool('own'), old, fresh)).toEqual(['old']);
  });

  it('are none when the own beat is late or missing, too: Redis stood still, or this process', () => {
    const late = pool('late', { heartbeatAt: NOW - 100 });
    expect(dead(pool('own', { heartbeatAt: NOW - 10 }), late)).toEqual([]);
    expect(dead(pool('own', { heartbeatAt: undefined }), late)).toEqual([]);
    expect(dead(late)).toEqual([]);
  });

  it('is never the own pool', () => {
    expect(dead(pool('own', { suspectedSince: 0 }))).toEqual([]);
  });
});
