import type { Clock } from '../base/clock.js';
import type { RedisConnection } from './redis-connection.js';

/**
 * Returns whole seconds since the epoch on the clock that decides: Redis's, because the clocks of hosts differ, or a
 * test's.
 *
 * @throws NotConnectedError, and the errors of ioredis
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
