import { isJobName } from '../job/job-name.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

// The number of names that a step reads. It takes Redis about a tenth of a millisecond.
const AT_ONCE = '1000';

/** Returns every job name ever seen, in alphabetical order. Reads them in steps, because they may be very many. */
export async function knownJobNames(connection: RedisConnection, keys: Keys): Promise<string[]> {
  await connection.ready();
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, some] = await connection.redis.sscan(keys.knownJobs, cursor, 'COUNT', AT_ONCE);
    for (const name of some) names.add(name);
    cursor = next;
  } while (cursor !== '0');
  return [...names].sort();
}

/** Returns the known names that name a queue. An invalid name may lead to a pool's own list. */
export async function knownQueueNames(connection: RedisConnection, keys: Keys): Promise<string[]> {
  return (await knownJobNames(connection, keys)).filter(isJobName);
}
