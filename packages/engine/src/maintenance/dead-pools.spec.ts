import { describe, expect, it } from '@jest/globals';
import { deadPools, isOwnLate } from './dead-pools.js';
import type { PoolSighting } from '../scripts/pool-scripts.js';

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

function dead(pools: readonly PoolSighting[], stillFor: (pool: PoolSighting) => number = () => 0) {
  return deadPools({ now: NOW, pools, stillFor }, 'own').map(({ id }) => id);
}

describe('deadPools', () => {
  it('are those whose last beat is ten seconds old', () => {
    const late = pool('late', { heartbeatAt: NOW - 10 });
    const alive = pool('alive', { heartbeatAt: NOW - 9 });
    expect(dead([pool('own'), late, alive])).toEqual(['late']);
  });

  it('are those without a heartbeat for fifteen seconds', () => {
    const old = pool('old', { heartbeatAt: undefined, suspectedSince: NOW - 15 });
    const fresh = pool('fresh', { heartbeatAt: undefined, suspectedSince: NOW - 14 });
    expect(dead([pool('own'), old, fresh])).toEqual(['old']);
  });

  it('are those whose last beat lies in the future and has not moved for ten seconds', () => {
    const ahead = pool('ahead', { heartbeatAt: NOW + 7_200 });
    expect(dead([pool('own'), ahead], () => 9.9)).toEqual([]);
    expect(dead([pool('own'), ahead], () => 10)).toEqual(['ahead']);
    expect(dead([pool('own'), pool('now')], () => 10)).toEqual([]);
  });

  it('is never the own pool', () => {
    expect(dead([pool('own', { heartbeatAt: NOW - 100 })])).toEqual([]);
    expect(dead([pool('own', { heartbeatAt: undefined, suspectedSince: 0 })])).toEqual([]);
  });
});

describe('isOwnLate', () => {
  it.each([
    ['is ten seconds old', NOW - 10, true],
    ['is younger', NOW - 9, false],
    ['lies in the future', NOW + 60, false],
    ['is missing', undefined, true],
  ])('when the own beat %s', (_what, heartbeatAt, late) => {
    expect(isOwnLate({ now: NOW, pools: [pool('own', { heartbeatAt })] }, 'own')).toBe(late);
  });

  it('when the own pool is not registered', () => {
    expect(isOwnLate({ now: NOW, pools: [pool('other')] }, 'own')).toBe(true);
  });
});
