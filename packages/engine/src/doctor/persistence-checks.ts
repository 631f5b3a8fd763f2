import { failure, good, unknown, warning, type Verdict } from './finding.js';
import type { ServerFacts } from './server-facts.js';
import { ASK_THE_PROVIDER } from './server-check.js';

export function persistence(facts: ServerFacts): Verdict {
  const aof = facts.text('aof_enabled');
  const save = facts.setting('save');
  if (aof === undefined) {
    return unknown('Redis does not report whether it writes its data to disk.', ASK_THE_PROVIDER);
  }
  const details = { appendOnly: aof !== '0', snapshots: save };
  if (aof !== '0') return good('The append-only file is enabled.', details);
  const loss =
    save === ''
      ? 'all jobs, because snapshots are disabled, too'
      : 'the jobs since the last snapshot';
  return warning(
    `The append-only file is disabled: a crash of Redis loses ${loss}.`,
    'CONFIG SET appendonly yes',
    details,
  );
}

const STATUSES = [
  'aof_last_write_status',
  'aof_last_bgrewrite_status',
  'rdb_last_bgsave_status',
] as const;

export function persistenceStatus(facts: ServerFacts): Verdict {
  const known = STATUSES.filter((field) => facts.text(field) !== undefined);
  if (known.length === 0) {
    return unknown('Redis does not report whether its writes to disk succeed.', ASK_THE_PROVIDER);
  }
  const details = Object.fromEntries(known.map((field) => [field, facts.text(field)]));
  const failed = known.filter((field) => facts.text(field) === 'err');
  if (failed.length === 0) return good('The last writes to disk succeeded.', details);
  return failure(
    `Redis could not write its data to disk (${failed.join(', ')}).`,
    'Check its log and its free disk space.',
    details,
  );
}

export function replicas(facts: ServerFacts): Verdict {
  const connected = facts.number('connected_slaves');
  if (connected === undefined) {
    return unknown('Redis does not report its replicas.', ASK_THE_PROVIDER);
  }
  // INFO reports the number of healthy replicas only if the master requires some.
  const healthy = facts.number('min_slaves_good_slaves');
  const required = facts.numberSetting('min-replicas-to-write') ?? (healthy === undefined ? 0 : 1);
  const details = { connected, healthy, required };
  if (healthy !== undefined && healthy < required) {
    return failure(
      `Only ${healthy} of the ${required} required replicas keep up: Redis refuses writes.`,
      'Check the replicas.',
      details,
    );
  }
  if (connected === 0) return good('There are no replicas that could be promoted.', details);
  if (healthy !== undefined) return good('The master waits for its replicas.', details);
  return warning(
    'The master accepts jobs before any replica has them: a failover may lose them.',
    'CONFIG SET min-replicas-to-write 1',
    details,
  );
}
