import type { Clock } from '../base/clock.js';
import type { RedisConnection } from './redis-connection.js';

/**
 * Whole seconds since the epoch on the clock that decides: Redis's, because those of hosts differ, or that of a test.
 *
 * @throws NotConnectedError, and what ioredis throws
 */
export async function decidingTime({
  connection,
  clock,
}: {
  readonly connection: RedisConnection;
  readonly clock: Clock;
}): Promise<number> {
  await connection.ready();
  const time = clock.scriptTime();
  return time === undefined ? Number((await connection.redis.time())[0]) : Math.floor(time / 1000);
}
