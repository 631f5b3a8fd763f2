import { types } from 'node:util';
import { assertLogger, LOGGERS } from '../logging/logger.js';
import { objectWith, rule, ruleBy } from './option-rules.js';

/** Rules for options that several functions take. */
export const LOGGER = ruleBy(LOGGERS, assertLogger);

export const CLOCK = objectWith('an object with now() and scriptTime()', 'now', 'scriptTime');

export const DATE = rule('a valid Date', (value) => {
  return types.isDate(value) && !Number.isNaN(Date.prototype.getTime.call(value));
});
