import type { RedisSource } from '@nestcraft/engine';
import { optionTables } from '@nestcraft/engine/internal';

/** The location of Redis, or a function that returns it when the application is created. */
export type RedisOption = RedisSource | (() => RedisSource | Promise<RedisSource>);

/** @throws InvalidOptionError, UnsupportedRedisError */
function assertRedis(source: unknown): asserts source is RedisSource {
  optionTables.pool.redis.check('redis', source);
}

/**
 * Resolves the option, calling it if it is a function. Only the settings of an ioredis instance that the function
 * returns are used; its connection is closed, because nothing else owns it.
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
