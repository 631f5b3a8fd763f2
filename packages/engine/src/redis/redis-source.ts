import { Redis, type Cluster, type RedisOptions } from 'ioredis';
import { InvalidOptionError, UnsupportedRedisError } from '../errors.js';
import { slotConnector } from './slot-connector.js';
import { SlotOwner } from './slot-owner.js';

/**
 * Where Redis is: an ioredis instance or Cluster (its settings are copied, the instance itself is never used or
 * closed), ioredis options, or a URL such as `redis://127.0.0.1:6379/0`. In a Cluster the namespace needs a hash tag,
 * such as `{work}`.
 */
export type RedisSource = Redis | Cluster | RedisOptions | string;

export interface OpenedRedis {
  readonly redis: Redis;
  /** Of a Cluster: knows the node. */
  readonly owner?: SlotOwner;
}

/**
 * A new, unconnected ioredis instance for `source` with `policy` on top of its settings.
 *
 * @param namespace of a Cluster, it says which node
 * @throws InvalidOptionError for nothing, which is what a missing setting gives; UnsupportedRedisError for a `keyPrefix`, or for a Cluster and a namespace without a hash tag
 */
export function openRedis(
  source: RedisSource,
  policy: RedisOptions,
  namespace: string | undefined,
): OpenedRedis {
  assertSource(source);
  if (typeof source === 'string') return { redis: new Redis(source, policy) };
  if (isCluster(source)) return openNode(source, policy, namespace);
  const instance = source instanceof Redis || isInstance(source) ? source : undefined;
  assertNoPrefix(instance?.options.keyPrefix ?? (source as RedisOptions).keyPrefix);
  const redis = instance
    ? instance.duplicate(policy)
    : new Redis({ ...(source as RedisOptions), ...policy });
  return { redis };
}

function openNode(
  cluster: Cluster,
  policy: RedisOptions,
  namespace: string | undefined,
): OpenedRedis {
  const { redisOptions, keyPrefix } = cluster.options;
  assertNoPrefix(keyPrefix);
  if (namespace === undefined || !/^[^{]*\{[^}]/.test(namespace) || !namespace.includes('}')) {
    const tagged = JSON.stringify(`{${namespace ?? 'work'}}`);
    throw new UnsupportedRedisError(
      `In a Redis Cluster all keys of a namespace must lie in one slot, and ${JSON.stringify(namespace)} has no hash tag that sees to it. Use the namespace ${tagged}, for instance.`,
    );
  }
  const owner = new SlotOwner(cluster, namespace);
  const redis = new Redis({ ...redisOptions, ...policy, db: 0, Connector: slotConnector(owner) });
  return { redis, owner };
}

/** An empty URL would be this machine's Redis, to ioredis. */
function assertSource(source: unknown): void {
  if (typeof source === 'string' ? source !== '' : typeof source === 'object' && source) return;
  throw new InvalidOptionError(
    'redis',
    source,
    'a URL such as redis://127.0.0.1:6379, or options, an instance or a Cluster of ioredis',
  );
}

function assertNoPrefix(keyPrefix: string | undefined): void {
  if (!keyPrefix) return;
  throw new UnsupportedRedisError(
    `The ioredis option keyPrefix (${JSON.stringify(keyPrefix)}) does not reach keys inside scripts. Remove it and use the option "namespace" instead.`,
  );
}

/** An instance of another copy of ioredis is not `instanceof` ours. */
function isInstance(source: Redis | RedisOptions): source is Redis {
  return typeof (source as Partial<Redis>).duplicate === 'function';
}

function isCluster(source: Redis | Cluster | RedisOptions): source is Cluster {
  return 'isCluster' in source && source.isCluster;
}
