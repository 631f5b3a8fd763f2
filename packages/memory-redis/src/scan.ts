import type { Bytes } from './bytes.js';
import { globPattern } from './glob.js';
import { toInteger } from './numbers.js';
import { RedisError, type Reply } from './reply.js';

/**
 * Answers SCAN and similar commands in a single step, because all data is in memory. As in Redis, COUNT is only a hint.
 *
 * @param items the scanned items; `show` returns an item's name, which is matched, and the rest of its reply
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
