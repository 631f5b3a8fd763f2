import { Cluster } from 'ioredis';

/**
 * Where an actor finds Redis, in a form that another process can be told: a URL, ioredis's options, such as those for
 * Sentinel, or nodes of a Cluster.
 *
 * @typedef {string | import('ioredis').RedisOptions | { nodes: { host: string, port: number }[] }} ActorRedis
 */

/**
 * @param {ActorRedis} redis
 * @returns {import('@nestcraft/engine').RedisSource}
 */
export function redisOf(redis) {
  if (typeof redis === 'string' || !('nodes' in redis)) return redis;
  return new Cluster(redis.nodes, { lazyConnect: true });
}
