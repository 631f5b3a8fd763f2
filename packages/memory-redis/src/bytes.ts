/**
 * A byte string as Redis and Lua know it: each character is one byte (0 to 255). Such strings can be keys of a Map, are
 * equal when their bytes are, and sort as Redis sorts.
 */
export type Bytes = string;

/** The bytes of what a text is in UTF-8. */
export function bytesOf(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

/** The text that bytes are in UTF-8. */
export function textOf(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString();
}
