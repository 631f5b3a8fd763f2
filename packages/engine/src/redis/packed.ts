import { isUtf8 } from 'node:buffer';
import { toRaw, type Raw } from './raw.js';

// No JSON text contains it. What does is no job, and is handed over by itself.
const SEPARATOR = '\0';
const SEPARATOR_BYTE = 0;

/**
 * How many characters of entries are packed together at most. To join longer texts costs Lua several copies of each, and
 * to send them one by one then costs less.
 */
export const MAX_PACKED = 7_000;

/** Entries of jobs as one argument of a script: one by one they would cost several times as much. */
export function pack(entries: readonly string[]): string {
  return entries.join(SEPARATOR);
}

/** The entries that a script has packed; one that stands by itself may be anything. */
export function unpack(packed: Buffer, count: number): readonly Raw[] {
  if (count === 1) return [toRaw(packed)];
  if (isUtf8(packed)) return packed.toString().split(SEPARATOR);
  return cut(packed).map(toRaw);
}

function cut(packed: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (;;) {
    const end = packed.indexOf(SEPARATOR_BYTE, start);
    if (end < 0) break;
    pieces.push(packed.subarray(start, end));
    start = end + 1;
  }
  return [...pieces, packed.subarray(start)];
}
