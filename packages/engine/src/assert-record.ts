import { InvalidOptionError } from './errors.js';

/**
 * For what JavaScript callers, or a setting that is missing, give instead of an object.
 *
 * @param keys the members that it may have; default: any
 * @throws InvalidOptionError
 */
export function assertRecord(
  option: string,
  value: unknown,
  expected: string,
  keys?: readonly string[],
): void {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord || (keys && Object.keys(value).some((key) => !keys.includes(key)))) {
    throw new InvalidOptionError(option, value, expected);
  }
}

/** @throws InvalidOptionError for what is no text, or an empty one */
export function assertText(option: string, value: unknown, expected: string): void {
  if (typeof value === 'string' && value !== '') return;
  throw new InvalidOptionError(option, value, expected);
}
