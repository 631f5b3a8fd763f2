import type { RedisSource } from '@nestcraft/engine';

/** Where Redis is, or a function that says so when the application is made. */
export type RedisOption = RedisSource | (() => RedisSource | Promise<RedisSource>);

/**
 * Asks the function, if it is one. An ioredis instance that it has made is nobody's but ours: its settings are what is
 * needed, and its connection is ended.
 */
export async function openSource({ redis }: { readonly redis: RedisOption }): Promise<RedisSource> {
  if (typeof redis !== 'function') return redis;
  const source = await redis();
  if (typeof source === 'object' && 'disconnect' in source) source.disconnect();
  return source;
}
