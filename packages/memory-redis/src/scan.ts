import type { Bytes } from './bytes.js';
import { globPattern } from './glob.js';
import { toInteger } from './numbers.js';
import { RedisError, type Reply } from './reply.js';

/**
 * Answers SCAN and its like, all at once: what is there is in memory, so that there is no need for a second step.
 * As in Redis, COUNT is a hint.
 *
 * @param items what is scanned; `show` gives of each its name, by which it is matched, and what else is answered
 */
export function scan<Item>(
  cursor: Bytes,
  options: { readonly MATCH?: readonly Bytes[]; readonly COUNT?: readonly Bytes[] },
  items: readonly Item[],
  show: (item: Item) => readonly [name: Bytes, ...more: Bytes[]],
): Reply {
  if (!/^\d+$/.test(cursor)) throw new RedisError('ERR invalid cursor');
  const { MATCH: [pattern] = [], COUNT: [size] = [] } = options;
  if (size !== undefined && toInteger(size) < 1) throw RedisError.syntax();
  if (cursor !== '0') return ['0', []];
  const matches = globPattern(pattern ?? '*');
  return ['0', items.map(show).flatMap((shown) => (matches.test(shown[0]) ? shown : []))];
}
