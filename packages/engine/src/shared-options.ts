import { types } from 'node:util';
import { assertLogger, LOGGERS } from './logger.js';
import { objectWith, required, rule, ruleBy } from './option-rules.js';
import { assertPropagators, PROPAGATOR_LISTS } from './propagator.js';
import { isRedisConnection } from './redis/redis-connection.js';
import { assertRedis, REDIS_SOURCES } from './redis/redis-source.js';

/** Rules of options that several have. */
export const REDIS = required(ruleBy(REDIS_SOURCES, assertRedis));

export const REDIS_OR_CONNECTION = required(
  ruleBy(`${REDIS_SOURCES}; or a RedisConnection to share`, (value) => {
    if (!isRedisConnection(value)) assertRedis(value);
  }),
);

export const LOGGER = ruleBy(LOGGERS, assertLogger);

export const PROPAGATORS = ruleBy(PROPAGATOR_LISTS, assertPropagators);

export const CLOCK = objectWith('an object with now() and scriptTime()', 'now', 'scriptTime');

export const DATE = rule('a valid Date', (value) => {
  return types.isDate(value) && !Number.isNaN(Date.prototype.getTime.call(value));
});
