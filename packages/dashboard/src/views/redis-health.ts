/** An actual or potential problem of the Redis that holds the jobs. */
export interface Finding {
  readonly severity: 'danger' | 'warning';
  readonly what: string;
  readonly remedy: string;
}

export interface RedisHealth {
  readonly version: string;
  readonly role: string;
  readonly usedMemory: number;
  readonly maxMemory: number;
  readonly clients: number;
  readonly commandsPerSecond: number;
  /** Milliseconds. */
  readonly roundTrip: number;
  /** Milliseconds by which this process's clock is ahead. */
  readonly skew: number;
  readonly findings: readonly Finding[];
}

/** A disagreement between keys in Redis, as the client reports it. */
export interface IntegrityView {
  readonly kind: string;
  readonly what: string;
  readonly consequence: string;
  readonly remedy: string;
}

/** The health of Redis and of the jobs in it. */
export interface HealthView extends RedisHealth {
  readonly integrity: readonly IntegrityView[];
}

/** What a health check reads of Redis. */
export interface RedisReading {
  /** Redis's reply to INFO. */
  readonly info: string;
  /** Milliseconds from this process to Redis and back. */
  readonly roundTrip: number;
  /** Milliseconds by which this process's clock is ahead of Redis's. */
  readonly skew: number;
}

// Milliseconds.
const [LONG_TRIP, LARGE_SKEW] = [100, 2_000];
const FULL = 0.8;

/** Returns the findings that endanger jobs. */
export function redisHealth({ info, roundTrip, skew }: RedisReading): RedisHealth {
  const fields = new Map(
    [...info.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  const field = (key: string): string => fields.get(key) ?? '';
  const usedMemory = Number(field('used_memory'));
  const maxMemory = Number(field('maxmemory'));
  return {
    version: field('redis_version'),
    role: field('role') === 'slave' ? 'replica' : field('role'),
    usedMemory,
    maxMemory,
    clients: Number(field('connected_clients')),
    commandsPerSecond: Number(field('instantaneous_ops_per_sec')),
    roundTrip,
    skew,
    findings: [
      ...ofMemory(field, usedMemory, maxMemory),
      ...ofPersistence(field),
      ...ofServer(field),
      ...ofDistance(roundTrip, skew),
    ],
  };
}

type Field = (key: string) => string;

function finding(isSo: boolean, severity: Finding['severity'], what: string, remedy: string) {
  return isSo ? [{ severity, what, remedy }] : [];
}

function ofMemory(field: Field, used: number, most: number): Finding[] {
  const policy = field('maxmemory_policy');
  return [
    ...finding(
      policy !== '' && policy !== 'noeviction',
      'danger',
      `maxmemory-policy is ${policy}: when memory runs out, Redis evicts jobs.`,
      'CONFIG SET maxmemory-policy noeviction',
    ),
    ...finding(
      Number(field('evicted_keys')) > 0,
      'danger',
      `${field('evicted_keys')} keys have been evicted since Redis was started.`,
      'CONFIG SET maxmemory-policy noeviction and give Redis more memory',
    ),
    ...finding(
      most > 0 && used > FULL * most,
      'warning',
      `${Math.round((100 * used) / most)} % of maxmemory is used.`,
      'Give Redis more memory, or delete dead jobs.',
    ),
  ];
}

function ofPersistence(field: Field): Finding[] {
  return [
    ...finding(
      field('aof_enabled') === '0',
      'warning',
      'The append-only file is disabled: a crash of Redis loses jobs.',
      'CONFIG SET appendonly yes',
    ),
    ...finding(
      field('aof_last_write_status') === 'err' || field('rdb_last_bgsave_status') === 'err',
      'danger',
      'Redis could not write its data to disk.',
      'Check its log and its free disk space.',
    ),
  ];
}

function ofServer(field: Field): Finding[] {
  const [major = 0, minor = 0] = field('redis_version').split('.').map(Number);
  return [
    ...finding(
      field('role') === 'slave',
      'danger',
      'This is a replica, which accepts no jobs.',
      'Connect to the master.',
    ),
    ...finding(
      // INFO reports the number of healthy replicas only if the master requires some.
      Number(field('connected_slaves')) > 0 && field('min_slaves_good_slaves') === '',
      'warning',
      'The master accepts jobs before any replica has them: a failover may lose them.',
      'CONFIG SET min-replicas-to-write 1',
    ),
    ...finding(
      field('redis_version') !== '' && major * 100 + minor < 602,
      'danger',
      `This is Redis ${field('redis_version')}, which lacks required commands.`,
      'Use Redis 6.2 or later.',
    ),
  ];
}

function ofDistance(roundTrip: number, skew: number): Finding[] {
  return [
    ...finding(
      roundTrip > LONG_TRIP,
      'warning',
      `Redis took ${Math.round(roundTrip)} ms to answer: it is busy or far away.`,
      'Check for slow commands with SLOWLOG GET, and check the network.',
    ),
    ...finding(
      Math.abs(skew) > LARGE_SKEW,
      'warning',
      `The clock of this host is ${(Math.abs(skew) / 1000).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'} that of Redis: Go pools use their own clocks for heartbeats and run times.`,
      'Synchronise the clocks of all hosts with NTP.',
    ),
  ];
}
