import { Redis, type RedisOptions } from 'ioredis';
import { UnsupportedRedisError } from '../errors.js';

/**
 * Where Redis is: an ioredis instance (its settings are copied, the instance itself is never used or closed),
 * ioredis options, or a URL such as `redis://127.0.0.1:6379/0`.
 */
export type RedisSource = Redis | RedisOptions | string;

/**
 * A new, unconnected ioredis instance for `source` with `policy` on top of its settings.
 *
 * @throws UnsupportedRedisError for a `keyPrefix`, or for an ioredis Cluster
 */
export function openRedis(source: RedisSource, policy: RedisOptions): Redis {
  if (typeof source === 'string') return new Redis(source, policy);
  if (isCluster(source)) {
    throw new UnsupportedRedisError(
      'An ioredis Cluster is not supported yet. Give the options or the URL of a single Redis.',
    );
  }
  const instance = source instanceof Redis || isInstance(source) ? source : undefined;
  const keyPrefix = instance?.options.keyPrefix ?? (source as RedisOptions).keyPrefix;
  if (keyPrefix) {
    throw new UnsupportedRedisError(
      `The ioredis option keyPrefix (${JSON.stringify(keyPrefix)}) does not reach keys inside scripts. Remove it and use the option "namespace" instead.`,
    );
  }
  return instance
    ? instance.duplicate(policy)
    : new Redis({ ...(source as RedisOptions), ...policy });
}

/** An instance of another copy of ioredis is not `instanceof` ours. */
function isInstance(source: Redis | RedisOptions): source is Redis {
  return typeof (source as Partial<Redis>).duplicate === 'function';
}

function isCluster(source: Redis | RedisOptions): boolean {
  return 'isCluster' in source && source.isCluster;
}
