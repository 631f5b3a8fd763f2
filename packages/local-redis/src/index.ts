export { LocalRedisError, RedisNotFoundError, RedisStartError, RedisStateError } from './errors.js';
export { LocalRedis, type LocalRedisOptions } from './local-redis.js';
