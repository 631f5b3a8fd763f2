import { describe, expect, it } from '@jest/globals';
import type { Finding, FindingLevel } from './finding.js';
import { serverFindings } from './server-checks.js';
import { ServerFacts, type ServerReading } from './server-facts.js';

const GOOD = [
  '# Server',
  'redis_version:7.0.15',
  'uptime_in_seconds:7200',
  'role:master',
  'used_memory:100',
  'maxmemory:1000',
  'maxmemory_policy:noeviction',
  'evicted_keys:0',
  'aof_enabled:1',
  'aof_last_write_status:ok',
  'rdb_last_bgsave_status:ok',
  'connected_clients:7',
  'maxclients:100',
  'connected_slaves:1',
  'min_slaves_good_slaves:1',
  'tracking_total_keys:5',
  'errorstat_NOSCRIPT:count=40',
].join('\r\n');

const CONFIG = {
  save: '3600 1',
  'min-replicas-to-write': '1',
  'client-output-buffer-limit': 'normal 0 0 0 slave 256 64 60 pubsub 33554432 8388608 60',
  'tracking-table-max-keys': '1000000',
};

const READING: ServerReading = { info: GOOD, config: CONFIG, distance: { roundTrip: 1, skew: 5 } };

function problems(reading: Partial<ServerReading>): Finding[] {
  const facts = new ServerFacts({ ...READING, ...reading });
  return serverFindings(facts).filter(({ level }) => level !== 'ok');
}

function expectOne(found: readonly Finding[], level: FindingLevel, text: string): void {
  expect(found).toMatchObject([{ level, text: expect.stringContaining(text) as unknown }]);
  expect(found[0]?.remedy).toMatch(/[.\w"]$/);
}

describe('the checks of a server', () => {
  it('find nothing in good settings, and give each check a finding', () => {
    expect(problems({})).toEqual([]);
    const findings = serverFindings(new ServerFacts(READING));
    expect(new Set(findings.map(({ code }) => code)).size).toBe(14);
    expect(findings.every(({ text, remedy }) => text !== '' && remedy === undefined)).toBe(true);
  });

  it.each<[string, string, FindingLevel, string]>([
    ['maxmemory_policy:noeviction', 'maxmemory_policy:allkeys-lru', 'error', 'deletes jobs'],
    ['evicted_keys:0', 'evicted_keys:3', 'error', '3 keys have been evicted'],
    ['evicted_keys:0', 'evicted_keys:1', 'error', '1 key has been evicted'],
    ['role:master', 'role:slave', 'error', 'a replica'],
    ['aof_enabled:1', 'aof_enabled:0', 'warning', 'the jobs since the last snapshot'],
    ['aof_last_write_status:ok', 'aof_last_write_status:err', 'error', 'could not write'],
    ['rdb_last_bgsave_status:ok', 'rdb_last_bgsave_status:err', 'error', 'rdb_last_bgsave_status'],
    ['min_slaves_good_slaves:1', '', 'warning', 'a failover may lose them'],
    ['min_slaves_good_slaves:1', 'min_slaves_good_slaves:0', 'error', 'refuses writes'],
    ['redis_version:7.0.15', 'redis_version:6.0.9', 'error', 'Redis 6.0.9'],
    ['used_memory:100', 'used_memory:900', 'warning', '90 % of maxmemory'],
    ['maxmemory:1000', 'maxmemory:0\r\ntotal_system_memory:110', 'warning', "of the host's memory"],
    ['connected_clients:7', 'connected_clients:90', 'warning', '90 of 100 possible connections'],
    ['tracking_total_keys:5', 'tracking_total_keys:900000', 'warning', 'wakes idle pools'],
    ['count=40', 'count=40000', 'warning', '20000 times an hour'],
  ])('%s → %s is a finding', (good, bad, level, text) => {
    expectOne(problems({ info: GOOD.replace(good, bad) }), level, text);
  });

  it.each<[Partial<typeof CONFIG>, string]>([
    [{ 'client-output-buffer-limit': 'normal 1048576 0 0' }, '1048576 bytes'],
    [{ 'client-output-buffer-limit': 'normal 0 524288 1' }, '524288 bytes'],
    [{ 'tracking-table-max-keys': '100' }, 'at most 100 keys'],
  ])('the setting %j is a finding', (setting, text) => {
    expectOne(problems({ config: { ...CONFIG, ...setting } }), 'warning', text);
  });

  it('a server without snapshots and append-only file loses everything', () => {
    const info = GOOD.replace('aof_enabled:1', 'aof_enabled:0');
    expectOne(problems({ info, config: { ...CONFIG, save: '' } }), 'warning', 'loses all jobs');
  });

  it.each<[Partial<ServerReading['distance']>, string]>([
    [{ roundTrip: 250 }, 'Redis took 250 ms'],
    [{ skew: 5_000 }, '5.0 s ahead of'],
    [{ skew: -3_500 }, '3.5 s behind'],
  ])('%j is a finding', (distance, text) => {
    expectOne(problems({ distance: { roundTrip: 1, skew: 5, ...distance } }), 'warning', text);
  });

  it.each(['0', '1000000'])('a tracking table of %s keys is large enough', (limit) => {
    expect(problems({ config: { ...CONFIG, 'tracking-table-max-keys': limit } })).toEqual([]);
  });

  it('what Redis does not report is unknown, never good', () => {
    const found = problems({ info: undefined, config: {}, distance: undefined });
    expect(found.map(({ level }) => level)).toEqual(Array.from({ length: 14 }, () => 'unknown'));
    expect(found.every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  it('takes a fact from INFO, where CONFIG is refused', () => {
    const codes = problems({ config: {} }).map(({ code, level }) => `${code} ${level}`);
    expect(codes).toEqual(['outputBuffers unknown', 'trackingTable unknown']);
  });
});
