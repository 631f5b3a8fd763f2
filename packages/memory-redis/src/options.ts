import type { Bytes } from './bytes.js';
import { RedisError } from './reply.js';

/**
 * Reads a command's options: words, each with so many values. Words are not case-sensitive.
 *
 * @param sizes how many values follow each word
 * @throws RedisError for a word that is not known, or without its values
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

/** How many of these options are there. */
export function count(...values: unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}
