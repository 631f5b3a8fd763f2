import { durationIn, DURATIONS } from '../base/duration.js';
import { InvalidOptionError } from '../errors/errors.js';
import { MAX_TIMER, ruleBy, type OptionRule } from './option-rules.js';

export { durationIn, type Duration } from '../base/duration.js';

/** The milliseconds of a duration. @throws InvalidOptionError, naming the option */
export function milliseconds(option: string, value: unknown): number {
  const duration = durationIn(value);
  if (duration === undefined) throw new InvalidOptionError(option, value, DURATIONS);
  return duration;
}

/**
 * A rule for an option that is a duration.
 *
 * @param least in milliseconds
 * @param most in milliseconds; default: what a timer can wait for, 24.8 days
 * @param limits for messages, if `most` is not what a timer can wait for: `1s to 100 years`
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
