import { type Cluster, type Redis, type RedisOptions } from 'ioredis';
import { InvalidOptionError, UnsupportedRedisError } from '../errors/errors.js';
import { isRecord } from '../base/objects.js';
import { GuardedRedis, type Guard } from './guarded-redis.js';
import { hasHashTag, tagged } from './hash-tag.js';
import { assertAddress } from './redis-address.js';
import { parseRedisUrl } from './redis-url.js';
import { findingConnector, type ServerFinder } from './finding-connector.js';
import { sentinelConnector } from './sentinel-connector.js';
import { MAX_TIME_PER_SENTINEL, SentinelMaster } from './sentinel-master.js';
import { SlotOwner } from './slot-owner.js';

/**
 * The address of Redis: an ioredis instance or Cluster (its settings are copied; the instance itself is never used or
 * closed), ioredis options, or a URL such as `redis://127.0.0.1:6379/0`. In a Cluster the namespace needs a hash tag,
 * such as `{work}`. In a URL's query, only `db`, `family`, `username`, `password` and `tls` count.
 */
export type RedisSource = Redis | Cluster | RedisOptions | string;

export interface OpenedRedis {
  readonly redis: GuardedRedis;
  /** Finds the server, in a Cluster and with Sentinel. */
  readonly finder?: ServerFinder;
}

/**
 * Returns a new, unconnected ioredis instance for `source`, with `policy` on top of its settings.
 *
 * @param namespace in a Cluster, determines the node
 * @param guard observes its commands
 * @throws InvalidOptionError for an empty source, such as a missing setting, and for an invalid URL or database;
 * UnsupportedRedisError for a `keyPrefix`, or for a Cluster and a namespace without a hash tag
 */
export function openRedis(
  source: RedisSource,
  policy: RedisOptions,
  namespace: string | undefined,
  guard?: Guard,
): OpenedRedis {
  assertRedis(source);
  if (typeof source !== 'string' && isCluster(source)) {
    return openNode(source, policy, namespace, guard);
  }
  const options = optionsOf(source);
  if (options.sentinels && !options.Connector) return openMaster(options, policy, guard);
  return { redis: new GuardedRedis({ ...options, ...policy }, guard) };
}

function openMaster(
  options: RedisOptions,
  policy: RedisOptions,
  guard: Guard | undefined,
): OpenedRedis {
  const finder = new SentinelMaster(options);
  const all: RedisOptions = {
    ...{ ...options, ...policy, role: 'master', Connector: sentinelConnector(finder) },
    // The thread of the heartbeat asks the Sentinels on its own, by ioredis, which would wait for ever.
    sentinelCommandTimeout: MAX_TIME_PER_SENTINEL,
  };
  return { redis: new GuardedRedis(all, guard), finder };
}

/**
 * @throws InvalidOptionError for an empty source, such as a missing setting, and for an invalid address;
 * UnsupportedRedisError for a `keyPrefix`
 */
export function assertRedis(given: unknown): asserts given is RedisSource {
  assertSource(given);
  const source = given as RedisSource;
  if (typeof source !== 'string' && isCluster(source)) {
    assertNoPrefix(source.options.keyPrefix);
    return;
  }
  const options = optionsOf(source);
  assertNoPrefix(options.keyPrefix);
  assertAddress(options);
}

/** Returns the ioredis options of a source that is not a Cluster. */
export function optionsOf(source: Redis | RedisOptions | string): RedisOptions {
  if (typeof source === 'string') return parseRedisUrl(source);
  return isInstance(source) ? source.options : source;
}

function openNode(
  cluster: Cluster,
  policy: RedisOptions,
  namespace: string | undefined,
  guard: Guard | undefined,
): OpenedRedis {
  const { redisOptions } = cluster.options;
  if (namespace === undefined || !hasHashTag(namespace)) throw untagged(namespace);
  const finder = new SlotOwner(cluster, namespace);
  const options = { ...redisOptions, ...policy, db: 0, Connector: findingConnector(finder) };
  return { redis: new GuardedRedis(options, guard), finder };
}

/** In a Cluster, the keys of a namespace without a hash tag would be spread over many slots. */
export function untagged(namespace: string | undefined): UnsupportedRedisError {
  return new UnsupportedRedisError(
    `In a Redis Cluster all keys of a namespace must lie in one slot, but ${JSON.stringify(namespace)} has no hash tag. Use a namespace such as ${JSON.stringify(tagged(namespace))}, and pass an ioredis \`new Cluster([…])\`.`,
  );
}

/** The source names one node of a Cluster, and another node holds the requested keys. */
export function notTheCluster(namespace: string | undefined, cause: Error): UnsupportedRedisError {
  return new UnsupportedRedisError(
    `This Redis is one node of a Redis Cluster and does not hold all keys of the namespace ${JSON.stringify(namespace)} (${cause.message}). Nothing was done. Pass an ioredis \`new Cluster([…])\` instead of this node's address, and a namespace with a hash tag, such as ${JSON.stringify(tagged(namespace))}.`,
    { cause },
  );
}

/** Describes a source in messages and documentation. */
export const REDIS_SOURCES =
  'a URL such as redis://127.0.0.1:6379, or options, an instance or a Cluster of ioredis';

/** ioredis would take an empty URL for this machine's Redis. */
function assertSource(source: unknown): void {
  if (typeof source === 'string' ? source.trim() !== '' : isSourceObject(source)) return;
  throw new InvalidOptionError('redis', withoutSecrets(source), REDIS_SOURCES);
}

/** A list or URL object may contain a password. */
function withoutSecrets(source: unknown): unknown {
  if (Array.isArray(source)) return '(a list)';
  return typeof source === 'object' && source !== null ? '(a URL object)' : source;
}

/** ioredis would find no options in an array or a URL object, and would use this machine's Redis. */
function isSourceObject(source: unknown): boolean {
  return isRecord(source) && !('href' in source);
}

function assertNoPrefix(keyPrefix: string | undefined): void {
  if (!keyPrefix) return;
  throw new UnsupportedRedisError(
    `The ioredis option keyPrefix (${JSON.stringify(keyPrefix)}) does not reach keys inside scripts. Remove it and use the option "namespace" instead.`,
  );
}

/** Recognises instances from any copy of ioredis; those of another copy fail `instanceof`. */
function isInstance(source: Redis | RedisOptions): source is Redis {
  return typeof (source as Partial<Redis>).duplicate === 'function';
}

export function isCluster(source: Redis | Cluster | RedisOptions): source is Cluster {
  return 'isCluster' in source && source.isCluster;
}
