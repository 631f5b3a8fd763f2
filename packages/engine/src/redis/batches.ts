import type { Raw } from './raw.js';

/**
 * Bytes of entries that go to Redis, or come from it, with one command; one entry may have more. It is read, sent and
 * copied in some milliseconds: far within a command's timeout, and far from what one string may hold.
 */
export const MAX_BYTES = 4 * 1024 * 1024;

/** The same of entries that are sent twice: as they are, and as they are to be. */
export const MAX_BYTES_TWICE = MAX_BYTES / 2;

/** How many things make a batch at most. One thing alone may have more bytes. */
export interface BatchBound {
  readonly count: number;
  /** Default `MAX_BYTES`. */
  readonly bytes?: number;
}

/** Things in lists of at most so many. */
export function batches<Thing>(things: readonly Thing[], most: number): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / most) }, (_, index) =>
    things.slice(index * most, (index + 1) * most),
  );
}

/** Things in lists that are bounded in number and in bytes, in their order. */
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

/** How many bytes an entry has in Redis. */
export function sizeOfRaw(raw: Raw): number {
  return Buffer.byteLength(raw);
}
