import { Fleet } from './client/fleet.js';
import type { Keys } from './redis/keys.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Scripts } from './redis/scripts.js';

/**
 * What around a pool endangers its jobs, as warnings: a Redis that may throw keys away, and Go pools whose requeuers
 * do not know the pool's jobs.
 */
export async function dangers(
  connection: RedisConnection,
  { keys, scripts }: { keys: Keys; scripts: Scripts },
  jobNames: readonly string[],
): Promise<string[]> {
  return [
    ...(await evictionDangers(connection)),
    ...(await goDangers(new Fleet({ connection, keys, scripts }), jobNames)),
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

async function goDangers(fleet: Fleet, jobNames: readonly string[]): Promise<string[]> {
  const pools = (await fleet.heartbeats()).filter(({ engine }) => engine === 'gocraft');
  const unknown = jobNames.filter((name) => pools.some((pool) => !pool.jobNames.includes(name)));
  if (unknown.length === 0) return [];
  return [
    `A Go pool of this namespace does not know ${unknown.map((name) => `"${name}"`).join(', ')}: its requeuer moves ` +
      'scheduled and retried jobs of other names to the dead jobs. Register the names there, use a namespace of your ' +
      'own, or set rescueUnknownJobs',
  ];
}
