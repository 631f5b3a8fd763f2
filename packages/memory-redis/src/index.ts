export { MemoryRedisClosedError } from './errors.js';
export { MemoryRedis, type MemoryRedisOptions } from './memory-redis.js';
