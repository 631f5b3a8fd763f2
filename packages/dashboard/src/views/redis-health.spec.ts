import { describe, expect, it } from '@jest/globals';
import { redisHealth } from './redis-health.js';

const GOOD = [
  '# Server',
  'redis_version:7.0.15',
  'role:master',
  'used_memory:100',
  'maxmemory:1000',
  'maxmemory_policy:noeviction',
  'evicted_keys:0',
  'aof_enabled:1',
  'aof_last_write_status:ok',
  'rdb_last_bgsave_status:ok',
  'connected_clients:7',
  'connected_slaves:1',
  'min_slaves_good_slaves:1',
].join('\r\n');

const reading = (info: string) => ({ info, roundTrip: 1, skew: 5 });

describe('redisHealth', () => {
  it('finds nothing in good settings', () => {
    expect(redisHealth(reading(GOOD))).toMatchObject({
      version: '7.0.15',
      clients: 7,
      findings: [],
    });
  });

  it.each([
    ['maxmemory_policy:noeviction', 'maxmemory_policy:allkeys-lru', 'Redis evicts jobs'],
    ['evicted_keys:0', 'evicted_keys:3', '3 keys have been evicted'],
    ['role:master', 'role:slave', 'a replica'],
    ['aof_enabled:1', 'aof_enabled:0', 'append-only file is disabled'],
    ['aof_last_write_status:ok', 'aof_last_write_status:err', 'could not write'],
    ['min_slaves_good_slaves:1', '', 'a failover may lose them'],
    ['redis_version:7.0.15', 'redis_version:6.0.9', 'Redis 6.0.9'],
    ['used_memory:100', 'used_memory:900', '90 % of maxmemory'],
  ])('%s → %s is a finding', (good, bad, what) => {
    const { findings } = redisHealth(reading(GOOD.replace(good, bad)));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.what).toContain(what);
  });

  it.each([
    [{ roundTrip: 250 }, 'Redis took 250 ms'],
    [{ skew: 5_000 }, '5.0 s ahead of'],
    [{ skew: -3_500 }, '3.5 s behind'],
  ])('%j is a finding', (distance, what) => {
    const { findings } = redisHealth({ ...reading(GOOD), ...distance });
    expect(findings).toMatchObject([{ severity: 'warning' }]);
    expect(findings[0]?.what).toContain(what);
  });
});
