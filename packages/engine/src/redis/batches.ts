import type { Raw } from './raw.js';

/**
 * The maximum bytes of entries in one command or reply; a single entry may exceed it. Such a command is read, sent and
 * copied within milliseconds, far below a command's timeout, and stays far below the maximum length of a string.
 */
export const MAX_BYTES = 4 * 1024 * 1024;

/** The same limit for entries that are sent twice: in their old and their new form. */
export const MAX_BYTES_TWICE = MAX_BYTES / 2;

/** The limits of a batch. A single item may exceed the byte limit. */
export interface BatchBound {
  readonly count: number;
  /** Default `MAX_BYTES`. */
  readonly bytes?: number;
}

/** Splits items into lists of at most `most`. */
export function batches<Thing>(things: readonly Thing[], most: number): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / most) }, (_, index) =>
    things.slice(index * most, (index + 1) * most),
  );
}

/** Splits items, in their order, into lists that are limited in number and in bytes. */
export function batchesBySize<Thing>(
  things: readonly Thing[],
  sizeOf: (thing: Thing) => number,
  { count, bytes = MAX_BYTES }: BatchBound,
): Thing[][] {
  const lists: Thing[][] = [];
  let last: Thing[] = [];
  let size = 0;
  for (const thing of things) {
    const added = sizeOf(thing);
    if (lists.length === 0 || last.length === count || size + added > bytes) {
      lists.push((last = []));
      size = 0;
    }
    last.push(thing);
    size += added;
  }
  return lists;
}

/** Returns an entry's size in Redis, in bytes. */
export function sizeOfRaw(raw: Raw): number {
  return Buffer.byteLength(raw);
}
