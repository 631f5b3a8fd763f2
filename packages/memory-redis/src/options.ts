import type { Bytes } from './bytes.js';
import { RedisError } from './reply.js';

/**
 * Parses a command's options: words, each with a fixed number of values. Words are not case-sensitive.
 *
 * @param sizes the number of values after each word
 * @throws RedisError for an unknown word, or one without its values
 */
export function readOptions<Word extends string>(
  args: readonly Bytes[],
  sizes: Readonly<Record<Word, number>>,
): Partial<Record<Word, readonly Bytes[]>> {
  const options: Partial<Record<Word, readonly Bytes[]>> = {};
  for (let i = 0; i < args.length;) {
    const word = (args[i] ?? '').toUpperCase();
    if (!Object.hasOwn(sizes, word)) throw RedisError.syntax();
    const size = sizes[word as Word];
    if (i + size >= args.length) throw RedisError.syntax();
    options[word as Word] = args.slice(i + 1, i + 1 + size);
    i += 1 + size;
  }
  return options;
}

/** Returns the number of options that are present. */
export function count(...values: unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}
