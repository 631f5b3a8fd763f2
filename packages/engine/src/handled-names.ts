import type { Clock } from './clock.js';
import { DEAD_AFTER } from './dead-pools.js';
import { batches } from './redis/batches.js';
import type { Keys } from './redis/keys.js';
import type { RedisConnection } from './redis/redis-connection.js';

export interface FleetParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
}

const POOLS_AT_ONCE = 100;

/** The job names that running pools handle, whoever has started them. @throws what ioredis throws */
export async function handledNames({
  connection,
  keys,
  clock,
}: FleetParts): Promise<ReadonlySet<string>> {
  const { redis } = connection;
  const [now, pools] = await Promise.all([
    secondsOf(redis, clock),
    redis.smembers(keys.workerPools),
  ]);
  const names = new Set<string>();
  for (const some of batches(pools, POOLS_AT_ONCE)) {
    const pipeline = redis.pipeline();
    for (const id of some) pipeline.hmget(keys.heartbeat(id), 'heartbeat_at', 'job_names');
    for (const [, reply] of (await pipeline.exec()) ?? []) {
      const [beatAt, jobNames] = (reply ?? []) as (string | null)[];
      if (now - Number(beatAt ?? 0) > DEAD_AFTER) continue;
      for (const name of jobNames?.split(',') ?? []) names.add(name);
    }
  }
  return names;
}

/** Of the clock that beats go by. */
async function secondsOf(redis: RedisConnection['redis'], clock: Clock): Promise<number> {
  const scriptTime = clock.scriptTime();
  return scriptTime === undefined ? Number((await redis.time())[0]) : scriptTime / 1000;
}
