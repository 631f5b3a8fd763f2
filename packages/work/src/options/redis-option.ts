import type { RedisSource } from '@nestcraft/engine';
import { optionTables } from '@nestcraft/engine/internal';

/** Where Redis is, or a function that says so when the application is made. */
export type RedisOption = RedisSource | (() => RedisSource | Promise<RedisSource>);

/** @throws InvalidOptionError, UnsupportedRedisError */
function assertRedis(source: unknown): asserts source is RedisSource {
  optionTables.pool.redis.check('redis', source);
}

/**
 * Asks the function, if it is one. An ioredis instance that it has made is nobody's but ours: its settings are what is
 * needed, and its connection is ended.
 *
 * @throws InvalidOptionError, UnsupportedRedisError
 */
export async function openSource({ redis }: { readonly redis: RedisOption }): Promise<RedisSource> {
  const source: unknown = typeof redis === 'function' ? await redis() : redis;
  assertRedis(source);
  if (typeof redis !== 'function') return source;
  if (typeof source === 'object' && 'disconnect' in source) source.disconnect();
  return source;
}
