import { delayOf } from '../base/delay.js';
import { durationIn, DURATIONS } from '../base/duration.js';
import { InvalidOptionError } from '../errors/errors.js';
import { MAX_TIMER, ruleBy, type OptionRule } from './option-rules.js';

/** Returns the milliseconds of a duration. @throws InvalidOptionError, naming the option */
export function milliseconds(option: string, value: unknown): number {
  const duration = durationIn(value);
  if (duration === undefined) throw new InvalidOptionError(option, value, DURATIONS);
  return duration;
}

/** Returns the whole seconds of a duration, rounded up, at most `MAX_DELAY`. @throws InvalidOptionError, naming the option */
export function wholeSeconds(option: string, value: unknown): number {
  const seconds = delayOf(value);
  if (seconds === undefined) throw new InvalidOptionError(option, value, DURATIONS);
  return seconds;
}

/**
 * Returns a rule for a duration option.
 *
 * @param least in milliseconds
 * @param most in milliseconds; default: the longest wait of a timer, 24.8 days
 * @param limits for messages, if `most` exceeds a timer's longest wait: `1s to 100 years`
 */
export function duration(least = 0, most = MAX_TIMER, limits?: string): OptionRule {
  const expected = `${DURATIONS}; ${limits ?? `${least} ms to 24.8 days`}`;
  return ruleBy(expected, (value, option) => {
    const time = durationIn(value);
    if (time === undefined || time < least || time > most) {
      throw new InvalidOptionError(option, value, expected);
    }
  });
}
