import type { Health, Metrics, Rate, Snapshot } from './api';
import { duration, plural } from './format';
import type { Route } from './routes';

/** Something that a person on call should check. */
export interface Attention {
  kind: 'bad' | 'warn';
  to: Route;
  /** The subject of the message. */
  subject: string;
  text: string;
}

// Seconds.
const LONG_WAIT = 60;
const LATE_BEAT = 10;
// Thresholds for the jobs of a name in the last full minutes.
const [RECENT, MANY_FAILED, LARGE_SHARE] = [5, 3, 0.25];

/** Returns the current problems, worst first. */
export function whatNeedsAttention({
  snapshot,
  rates = [],
  metrics,
  health,
  now,
}: {
  snapshot: Snapshot;
  rates: readonly Rate[] | undefined;
  metrics: Metrics | undefined;
  health: Health | undefined;
  /** In seconds. */
  now: number;
}): Attention[] {
  const found = [
    ...(health ? ofHealth(health) : []),
    ...ofPools(snapshot),
    ...snapshot.queues.flatMap(ofQueue),
    ...snapshot.pools.flatMap((pool) => ofPool(pool, now)),
    ...rates.flatMap(ofRate),
    ...ofDead(metrics),
  ];
  return found.toSorted((a, b) => a.kind.localeCompare(b.kind));
}

/** Returns what the doctor found in Redis and in the data. The snapshot is fresher about queues and pools. */
function ofHealth({ findings }: Pick<Health, 'findings'>): Attention[] {
  return findings.flatMap(({ subject, level, code, text }) => {
    const isOfRedis = subject === 'redis' && level === 'error';
    const isOfData = (subject === 'jobs' || code === 'silentPools') && level !== 'ok';
    if (!isOfRedis && !isOfData) return [];
    const kind = level === 'error' ? ('bad' as const) : ('warn' as const);
    return [{ kind, to: { page: 'health' as const }, subject: 'Health', text }];
  });
}

function ofQueue({ jobName, count, pools, paused, latency }: Snapshot['queues'][number]) {
  const say = (kind: Attention['kind'], text: string): Attention[] => [
    { kind, to: { page: 'queue', name: jobName }, subject: jobName, text },
  ];
  if (count === 0) return [];
  if (paused) return say('warn', `paused, with ${plural(count, 'job')} waiting`);
  if (pools === 0)
    return say(
      'bad',
      `${plural(count, 'job')} waiting, and no pool runs ${count === 1 ? 'it' : 'them'}`,
    );
  if (latency > LONG_WAIT) return say('bad', `the oldest job has waited for ${duration(latency)}`);
  return [];
}

function ofPools({ pools, queues }: Snapshot): Attention[] {
  if (pools.length > 0 || queues.length === 0) return [];
  const text = 'no worker pool is alive, so no job runs';
  return [{ kind: 'bad', to: { page: 'pools' }, subject: 'Worker pools', text }];
}

function ofPool({ host, pid, heartbeatAt }: Snapshot['pools'][number], now: number): Attention[] {
  const age = now - heartbeatAt;
  if (age <= LATE_BEAT) return [];
  const text = `no heartbeat for ${duration(age)}`;
  return [{ kind: 'bad', to: { page: 'pools' }, subject: `${host} (${pid})`, text }];
}

function ofRate(rate: Rate): Attention[] {
  const { done, failed } = recent(rate);
  const share = failed / (done + failed);
  if (failed < MANY_FAILED || share < LARGE_SHARE) return [];
  const text = `${Math.round(share * 100)} % of its jobs failed in the last ${RECENT} minutes`;
  return [{ kind: 'bad', to: { page: 'queue', name: rate.jobName }, subject: rate.jobName, text }];
}

function ofDead(metrics: Metrics | undefined): Attention[] {
  const dead = metrics?.total.dead ?? 0;
  if (dead === 0) return [];
  const text = `${plural(dead, 'job')} died in the last hour`;
  return [{ kind: 'warn', to: { page: 'jobs', set: 'dead' }, subject: 'Dead jobs', text }];
}

/** Returns the numbers of done and failed jobs in the last full minutes. */
export function recent(rate: Rate | undefined): { done: number; failed: number } {
  const sum = (values: readonly number[] = []) =>
    values.slice(-RECENT - 1, -1).reduce((a, b) => a + b, 0);
  return { done: sum(rate?.done), failed: sum(rate?.failed) };
}

/** Returns the jobs done per minute in the last full minutes. */
export function perMinute(rate: Rate | undefined): number {
  return recent(rate).done / RECENT;
}

/** Returns the share of jobs that failed in the last full minutes. */
export function failing(rate: Rate | undefined): number {
  const { done, failed } = recent(rate);
  return failed === 0 ? 0 : failed / (done + failed);
}
