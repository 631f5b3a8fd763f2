/**
 * A byte string as in Redis and Lua: each character is one byte (0 to 255). Such strings can be keys of a Map, are
 * equal if their bytes are, and sort as in Redis.
 */
export type Bytes = string;

/** Encodes a text as UTF-8 bytes. */
export function bytesOf(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

/** Decodes UTF-8 bytes to a text. */
export function textOf(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString();
}
