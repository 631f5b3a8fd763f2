import { isUtf8 } from 'node:buffer';
import { toRaw, type Raw } from './raw.js';

// No JSON text contains it. An entry that does is not a job and is passed on its own.
const SEPARATOR = '\0';
const SEPARATOR_BYTE = 0;

/**
 * The maximum characters of entries that are packed together. Lua copies longer texts several times to join them, so
 * sending those separately is cheaper.
 */
export const MAX_PACKED = 7_000;

/** Joins job entries into one script argument: separate arguments would cost several times as much. */
export function pack(entries: readonly string[]): string {
  return entries.join(SEPARATOR);
}

/** Splits the entries that a script has packed. A single entry may contain any bytes. */
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
