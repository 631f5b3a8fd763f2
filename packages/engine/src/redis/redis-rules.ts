import { required, ruleBy } from '../options/option-rules.js';
import { isRedisConnection } from './redis-connection.js';
import { assertRedis, REDIS_SOURCES } from './redis-source.js';

export const REDIS = required(ruleBy(REDIS_SOURCES, assertRedis));

export const REDIS_OR_CONNECTION = required(
  ruleBy(`${REDIS_SOURCES}; or a RedisConnection to share`, (value) => {
    if (!isRedisConnection(value)) assertRedis(value);
  }),
);
