export { LocalRedisError, RedisNotFoundError, RedisStartError, RedisStateError } from './errors.js';
export { LocalCluster, type LocalClusterOptions } from './local-cluster.js';
export { LocalRedis, type LocalRedisOptions } from './local-redis.js';
export { LocalSentinel, type LocalSentinelOptions } from './local-sentinel.js';
