import { didYouMean } from './closest.js';
import { InvalidOptionError, UnknownOptionError } from '../errors/errors.js';
import { foreignOption } from './foreign-options.js';
import { isObject, isRecord } from '../base/objects.js';
import { withoutPassword } from '../errors/secrets.js';

export { isRecord };

/** What the value of an option may be. */
export interface OptionRule {
  /** What the value must be, for messages and for the documentation: "it must be …". */
  readonly expected: string;
  /** Whether the option may not be left out. */
  readonly isRequired?: boolean | undefined;
  /** @throws InvalidOptionError, or another WorkError that says more */
  readonly check: (option: string, value: unknown) => void;
}

/** A rule for each option that there is. */
export type OptionTable<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** The longest that a timer can wait, in milliseconds. */
export const MAX_TIMER = 2 ** 31 - 1;

/**
 * Checks given options. `undefined` stands for the default.
 *
 * @param place what takes the options, for messages: `WorkModule.forRoot`
 * @param parent the option whose value they are: `timing`
 * @throws InvalidOptionError for a wrong value, and for anything but an object; UnknownOptionError for an unknown option
 */
export function assertOptions<Options>(
  place: string,
  given: unknown,
  table: OptionTable<Options>,
  parent?: string,
): asserts given is Options {
  if (!isRecord(given)) {
    // It may be a URL in place of options, and its password does not belong in the log.
    const shown = typeof given === 'string' ? withoutPassword(given) : given;
    throw new InvalidOptionError(parent ?? `options of ${place}`, shown, 'an object');
  }
  const prefix = parent === undefined ? '' : `${parent}.`;
  // Some options are checked with each job, so nothing is allocated for them but their own names.
  const isUnknown = (name: string): boolean => !Object.hasOwn(table, name);
  if (Object.keys(given).some(isUnknown)) assertKnown(place, given, Object.keys(table), prefix);
  for (const name in table) {
    const { isRequired, check } = table[name];
    const value = given[name];
    if (value !== undefined || isRequired) check(prefix + name, value);
  }
}

/**
 * @param prefix what stands before the names in messages
 * @throws UnknownOptionError
 */
export function assertKnown(
  place: string,
  options: object,
  known: readonly string[],
  prefix = '',
): void {
  const name = Object.keys(options).find((one) => !known.includes(one));
  if (name === undefined) return;
  throw new UnknownOptionError({
    option: prefix + name,
    place,
    known,
    advice: foreignOption(name) ?? didYouMean(name, known),
  });
}

/** A rule for an object of options. */
export function optionsIn<Options>(
  expected: string,
  place: string,
  table: OptionTable<Options>,
): OptionRule {
  return ruleBy(expected, (value, option) => assertOptions(place, value, table, option));
}

/** A rule by what fits. */
export function rule(expected: string, fits: (value: unknown) => boolean): OptionRule {
  return {
    expected,
    check(option, value) {
      if (!fits(value)) throw new InvalidOptionError(option, value, expected);
    },
  };
}

/** A rule whose check throws errors of its own. */
export function ruleBy(
  expected: string,
  check: (value: unknown, option: string) => void,
): OptionRule {
  return { expected, check: (option, value) => check(value, option) };
}

/** A rule for an option that may not be left out. */
export function required(given: OptionRule): OptionRule {
  return { ...given, isRequired: true };
}

/** @param unit such as `milliseconds`; nothing for mere numbers */
export function whole(least: number, most: number, unit?: string): OptionRule {
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  return rule(`${what}, ${range(least, most)}`, (value) => {
    return Number.isInteger(value) && isWithin(value, least, most);
  });
}

/** A number that may have a fraction. */
export function amount(unit: string, least: number, most: number): OptionRule {
  return rule(`${unit}, ${range(least, most)}`, (value) => isWithin(value, least, most));
}

export const FLAG = rule('true or false', (value) => typeof value === 'boolean');

export const FUNCTION = rule('a function', isFunction);

export const NAME = rule('a text that is not empty', isName);

/** @param expected what it is a function of, or returns */
export function functionOf(expected: string): OptionRule {
  return rule(expected, isFunction);
}

export function oneOf(...allowed: readonly string[]): OptionRule {
  return rule(`one of ${allowed.join(', ')}`, (value) => allowed.includes(value as string));
}

/** An object with the methods that it is used by. */
export function objectWith(expected: string, ...methods: readonly string[]): OptionRule {
  return rule(expected, (value) => {
    return isObject(value) && methods.every((method) => isFunction(Reflect.get(value, method)));
  });
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function range(least: number, most: number): string {
  return most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
}
