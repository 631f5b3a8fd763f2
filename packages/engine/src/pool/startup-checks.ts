import { Fleet, type WorkerPoolHeartbeat } from '../stores/fleet.js';
import type { Clock } from '../base/clock.js';
import { didYouMean } from '../options/closest.js';
import { handledNames } from '../stores/handled-names.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import type { Scripts } from '../scripts/scripts.js';

export interface StartupChecksOptions {
  readonly jobNames: readonly string[];
  readonly schedules: readonly Pick<PeriodicJob, 'jobName'>[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly settings: { readonly rescueUnknownJobs: boolean };
}

/**
 * Returns the warnings of a starting pool, about a Redis that may evict keys, Go pools whose requeuers do not know the
 * pool's jobs, and schedules of jobs that no pool handles.
 */
export async function startupWarnings(options: StartupChecksOptions): Promise<string[]> {
  const { jobNames, connection, settings } = options;
  const evictions = await evictionWarnings(connection);
  const pools = await new Fleet(options).heartbeats();
  return [
    ...evictions,
    ...(settings.rescueUnknownJobs ? [] : goPoolWarnings(pools, jobNames)),
    ...(await scheduleWarnings(pools, options)),
  ];
}

async function evictionWarnings({ redis }: RedisConnection): Promise<string[]> {
  const memory = await redis.info('memory').catch(() => ''); // The Redis user may lack the permission.
  const [, policy] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? [];
  if (policy === undefined || policy === 'noeviction') return [];
  return [
    `Redis runs with maxmemory-policy ${policy}: when its memory is full, it deletes jobs. Set it to noeviction`,
  ];
}

function goPoolWarnings(
  all: readonly WorkerPoolHeartbeat[],
  jobNames: readonly string[],
): string[] {
  const pools = all.filter(({ engine }) => engine === 'gocraft');
  const unknown = jobNames.filter((name) => pools.some((pool) => !pool.jobNames.includes(name)));
  if (unknown.length === 0) return [];
  return [
    `A Go pool of this namespace does not know ${unknown.map((name) => `"${name}"`).join(', ')}: its requeuer moves ` +
      'scheduled and retried jobs of unknown names to the dead jobs. Register the names there, use a separate namespace, ' +
      'or set rescueUnknownJobs',
  ];
}

async function scheduleWarnings(
  pools: readonly WorkerPoolHeartbeat[],
  options: StartupChecksOptions,
): Promise<string[]> {
  const { jobNames, schedules } = options;
  const scheduled = new Set(schedules.map(({ jobName }) => jobName));
  const others = [...scheduled].filter((name) => !jobNames.includes(name));
  if (others.length === 0) return [];
  const handled = [...jobNames, ...handledNames(pools, await decidingTime(options))];
  return others
    .filter((name) => !handled.includes(name))
    .map((name) => {
      const what = `No running pool handles "${name}", for which this pool has a schedule. Its jobs wait until one does.`;
      return [what, didYouMean(name, handled) ?? ''].join(' ').trimEnd();
    });
}
