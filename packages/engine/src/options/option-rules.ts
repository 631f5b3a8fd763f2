import { didYouMean } from './closest.js';
import { InvalidOptionError, UnknownOptionError } from '../errors/errors.js';
import { foreignOption } from './foreign-options.js';
import { isObject, isRecord } from '../base/objects.js';
import { withoutPassword } from '../errors/secrets.js';

export { isRecord };

/** Describes the valid values of an option. */
export interface OptionRule {
  /** The valid values, for messages and the documentation: "it must be …". */
  readonly expected: string;
  /** Whether the option is mandatory. */
  readonly isRequired?: boolean | undefined;
  /** @throws InvalidOptionError, or a more specific WorkError */
  readonly check: (option: string, value: unknown) => void;
}

/** A rule for each option. */
export type OptionTable<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** The longest wait of a timer, in milliseconds. */
export const MAX_TIMER = 2 ** 31 - 1;

/**
 * Checks options. `undefined` selects the default.
 *
 * @param place the function that takes the options, for messages: `WorkModule.forRoot`
 * @param parent the option that contains them: `timing`
 * @throws InvalidOptionError for an invalid value, and for anything but an object; UnknownOptionError for an unknown
 * option
 */
export function assertOptions<Options>(
  place: string,
  given: unknown,
  table: OptionTable<Options>,
  parent?: string,
): asserts given is Options {
  if (!isRecord(given)) {
    // It may be a URL instead of options; its password must not reach the log.
    const shown = typeof given === 'string' ? withoutPassword(given) : given;
    throw new InvalidOptionError(parent ?? `options of ${place}`, shown, 'an object');
  }
  const prefix = parent === undefined ? '' : `${parent}.`;
  // Some options are checked for every job, so this path allocates only the list of their names.
  const isUnknown = (name: string): boolean => !Object.hasOwn(table, name);
  const names = Object.keys(given);
  if (names.some(isUnknown)) assertKnown(place, given, Object.keys(table), prefix);
  if (names.length === 0) assertReadable(parent ?? `options of ${place}`, given);
  for (const name in table) {
    const { isRequired, check } = table[name];
    const value = given[name];
    if (value !== undefined || isRequired) check(prefix + name, value);
  }
}

/**
 * Refuses a Date, a Map or a promise, whose content is not in properties, so that it would count as no options.
 *
 * @throws InvalidOptionError
 */
function assertReadable(option: string, given: object): void {
  const kind = Object.prototype.toString.call(given);
  // The content is left out: it may be a secret, such as a promise of a connection with its password.
  if (kind !== '[object Object]') throw new InvalidOptionError(option, kind, 'a plain object');
}

/**
 * @param prefix precedes the names in messages
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

/** Returns a rule for a nested object of options. */
export function optionsIn<Options>(
  expected: string,
  place: string,
  table: OptionTable<Options>,
): OptionRule {
  return ruleBy(expected, (value, option) => assertOptions(place, value, table, option));
}

/** Returns a rule from a predicate. */
export function rule(expected: string, fits: (value: unknown) => boolean): OptionRule {
  return {
    expected,
    check(option, value) {
      if (!fits(value)) throw new InvalidOptionError(option, value, expected);
    },
  };
}

/** Returns a rule whose check throws its own errors. */
export function ruleBy(
  expected: string,
  check: (value: unknown, option: string) => void,
): OptionRule {
  return { expected, check: (option, value) => check(value, option) };
}

/** Makes an option mandatory. */
export function required(given: OptionRule): OptionRule {
  return { ...given, isRequired: true };
}

/**
 * Returns a rule for a whole number.
 *
 * @param unit such as `milliseconds`; omitted for plain numbers
 */
export function whole(least: number, most: number, unit?: string): OptionRule {
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  return rule(`${what}, ${range(least, most)}`, (value) => {
    return Number.isInteger(value) && isWithin(value, least, most);
  });
}

/** Returns a rule for a number that may have a fraction. */
export function amount(unit: string, least: number, most: number): OptionRule {
  return rule(`${unit}, ${range(least, most)}`, (value) => isWithin(value, least, most));
}

export const FLAG = rule('true or false', (value) => typeof value === 'boolean');

export const FUNCTION = rule('a function', isFunction);

export const NAME = rule('a text that is not empty', isName);

/** @param expected the function's parameters or result, for messages */
export function functionOf(expected: string): OptionRule {
  return rule(expected, isFunction);
}

export function oneOf(...allowed: readonly string[]): OptionRule {
  return rule(`one of ${allowed.join(', ')}`, (value) => allowed.includes(value as string));
}

/** Returns a rule for an object with certain methods. */
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
