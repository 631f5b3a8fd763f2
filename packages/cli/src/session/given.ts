import { UsageFailure } from './failures.js';

/** The arguments and options of one command, as they were given. */
export class Given {
  readonly #args: readonly (string | undefined)[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(args: readonly (string | undefined)[], options: Readonly<Record<string, unknown>>) {
    this.#args = args;
    this.#options = options;
  }

  /** Returns a required argument. */
  argument(index: number): string {
    return this.#args[index] ?? '';
  }

  /** Returns an optional argument. */
  optionalArgument(index: number): string | undefined {
    return this.#args[index];
  }

  /** Returns the value of an option. */
  text(option: string): string | undefined {
    const value = this.#options[option];
    return typeof value === 'string' ? value : undefined;
  }

  /** Returns whether a flag was given. */
  flag(option: string): boolean {
    return this.#options[option] === true;
  }

  /** Returns the values of an option that may be repeated. */
  list(option: string): readonly string[] {
    const value = this.#options[option];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Returns the number of an option. @throws UsageFailure if it is not a whole number */
  number(option: string): number | undefined {
    const text = this.text(option);
    return text === undefined ? undefined : wholeNumber(`--${option}`, text);
  }
}

/** @throws UsageFailure */
export function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageFailure(`${name} ${text} is not a whole number.`);
}

/** Returns one of the words. @throws UsageFailure */
export function oneOf<Word extends string>(
  name: string,
  text: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageFailure(`${name} ${text} is unknown: give ${words.join(', ')}.`);
}
