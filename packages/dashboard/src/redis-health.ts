/** What is wrong, or could be, with the Redis that holds the jobs. */
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
  readonly operationsPerSecond: number;
  readonly findings: readonly Finding[];
}

/** Reads Redis's INFO for what endangers jobs. */
export function redisHealth(info: string): RedisHealth {
  const fields = new Map(
    [...info.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  const field = (key: string): string => fields.get(key) ?? '';
  const usedMemory = Number(field('used_memory'));
  const maxMemory = Number(field('maxmemory'));
  const findings: Finding[] = [];
  const policy = field('maxmemory_policy');
  if (policy !== '' && policy !== 'noeviction') {
    findings.push({
      severity: 'danger',
      what: `maxmemory-policy is ${policy}: when memory runs out, Redis throws jobs away.`,
      remedy: 'CONFIG SET maxmemory-policy noeviction',
    });
  }
  if (Number(field('evicted_keys')) > 0) {
    findings.push({
      severity: 'danger',
      what: `${field('evicted_keys')} keys have been thrown away since Redis was started.`,
      remedy: 'CONFIG SET maxmemory-policy noeviction, and give Redis more memory',
    });
  }
  if (field('role') === 'slave') {
    findings.push({
      severity: 'danger',
      what: 'This is a replica: it takes no jobs.',
      remedy: 'Connect to the master.',
    });
  }
  if (field('aof_enabled') === '0') {
    findings.push({
      severity: 'warning',
      what: 'The append-only file is off: a crash of Redis loses jobs.',
      remedy: 'CONFIG SET appendonly yes',
    });
  }
  if (field('aof_last_write_status') === 'err' || field('rdb_last_bgsave_status') === 'err') {
    findings.push({
      severity: 'danger',
      what: 'Redis could not write its data to disk.',
      remedy: 'Look at its log and at the free space of its disk.',
    });
  }
  if (maxMemory > 0 && usedMemory > 0.8 * maxMemory) {
    findings.push({
      severity: 'warning',
      what: `${Math.round((100 * usedMemory) / maxMemory)} % of maxmemory are used.`,
      remedy: 'Give Redis more memory, or delete dead jobs.',
    });
  }
  return {
    version: field('redis_version'),
    role: field('role') === 'slave' ? 'replica' : field('role'),
    usedMemory,
    maxMemory,
    clients: Number(field('connected_clients')),
    operationsPerSecond: Number(field('instantaneous_ops_per_sec')),
    findings,
  };
}
