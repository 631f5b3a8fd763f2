import { InvalidOptionError } from '../errors/errors.js';

/** @throws InvalidOptionError if `value` is not a whole number from `least` to `most` */
export function assertInteger(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  throw new InvalidOptionError(option, value, `a whole number, ${range}`);
}
