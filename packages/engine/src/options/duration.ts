import { InvalidOptionError } from '../errors/errors.js';
import { LONGEST_TIMER, ruleBy, type OptionRule } from './option-rules.js';

/**
 * How long something takes or lasts: a number of milliseconds, or a text of numbers with units, such as `500ms`, `30s`,
 * `1.5h`, `1h30m` or `7d`.
 */
export type Duration = number | string;

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d)/y;
const DURATIONS = 'a number of milliseconds, or a text such as "30s", "1h30m" or "7d"';

/** The milliseconds of a duration, fractions included; `undefined` for anything else, such as a negative number. */
export function durationIn(value: unknown): number | undefined {
  if (typeof value === 'string') return durationOfText(value);
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

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
 * @param limits for messages, when there are others than what a timer can: `1s to 100 years`
 */
export function duration(least = 0, most = LONGEST_TIMER, limits?: string): OptionRule {
  const range = limits ?? (least > 0 ? `at least ${least} ms` : undefined);
  const expected = range === undefined ? DURATIONS : `${DURATIONS}; ${range}`;
  return ruleBy(expected, (value, option) => {
    const time = durationIn(value);
    if (time === undefined || time < least || time > most) {
      throw new InvalidOptionError(option, value, expected);
    }
  });
}

function durationOfText(text: string): number | undefined {
  let sum = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (!match) return undefined;
    sum += Number(match[1]) * (MILLISECONDS[match[2] ?? ''] ?? 0);
  }
  return text === '' || !Number.isFinite(sum) ? undefined : sum;
}
