import { Fleet, type WorkerPoolHeartbeat } from '../stores/fleet.js';
import type { Clock } from '../base/clock.js';
import { didYouMean } from '../options/closest.js';
import { handledNames } from '../stores/handled-names.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';

/**
 * What around a pool endangers its jobs, as warnings: a Redis that may throw keys away, Go pools whose requeuers do not
 * know the pool's jobs, and schedules of jobs that nobody handles.
 *
 * @param scheduled the names of which the pool has schedules
 */
export async function dangers(
  connection: RedisConnection,
  { keys, scripts, clock }: { keys: Keys; scripts: Scripts; clock: Clock },
  jobNames: readonly string[],
  scheduled: readonly string[] = [],
): Promise<string[]> {
  const evictions = await evictionDangers(connection);
  const pools = await new Fleet({ connection, keys, scripts }).heartbeats();
  const now = (): Promise<number> => decidingTime({ connection, clock });
  return [
    ...evictions,
    ...goDangers(pools, jobNames),
    ...(await unhandledSchedules(pools, jobNames, scheduled, now)),
  ];
}

async function evictionDangers({ redis }: RedisConnection): Promise<string[]> {
  const memory = await redis.info('memory').catch(() => ''); // A user may not be allowed to ask.
  const [, policy] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? [];
  if (policy === undefined || policy === 'noeviction') return [];
  return [
    `Redis runs with maxmemory-policy ${policy}: when memory runs out it throws jobs away. Set it to noeviction`,
  ];
}

function goDangers(all: readonly WorkerPoolHeartbeat[], jobNames: readonly string[]): string[] {
  const pools = all.filter(({ engine }) => engine === 'gocraft');
  const unknown = jobNames.filter((name) => pools.some((pool) => !pool.jobNames.includes(name)));
  if (unknown.length === 0) return [];
  return [
    `A Go pool of this namespace does not know ${unknown.map((name) => `"${name}"`).join(', ')}: its requeuer moves ` +
      'scheduled and retried jobs of other names to the dead jobs. Register the names there, use a namespace of your ' +
      'own, or set rescueUnknownJobs',
  ];
}

async function unhandledSchedules(
  pools: readonly WorkerPoolHeartbeat[],
  jobNames: readonly string[],
  scheduled: readonly string[],
  now: () => Promise<number>,
): Promise<string[]> {
  const others = [...new Set(scheduled)].filter((name) => !jobNames.includes(name));
  if (others.length === 0) return [];
  const handled = [...jobNames, ...handledNames(pools, await now())];
  return others
    .filter((name) => !handled.includes(name))
    .map((name) => {
      const what = `No running pool handles "${name}", of which this pool has a schedule: its jobs wait until one does.`;
      return [what, didYouMean(name, handled) ?? ''].join(' ').trimEnd();
    });
}
