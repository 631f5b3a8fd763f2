import { isUtf8 } from 'node:buffer';

/**
 * A job entry exactly as stored in Redis: text, or bytes if it is long or not valid UTF-8. Entries are removed by
 * comparing bytes, so an entry must be sent back exactly as it was read.
 */
export type Raw = string | Buffer;

// A long entry is decoded once, to run it, and otherwise only passed on. As bytes, it need not be decoded and encoded
// again. Besides, ioredis builds one string from a command whose arguments are all text, and a string ends at 512 MiB;
// a buffer does not.
const MAX_TEXT_BYTES = 8 * 1024;

/** Returns text, or bytes if a string could not preserve them. */
export function toRaw(bytes: Buffer): Raw {
  return bytes.length <= MAX_TEXT_BYTES && isUtf8(bytes) ? bytes.toString() : alone(bytes);
}

/** Copies a small slice, because it would keep its whole buffer in memory. */
function alone(bytes: Buffer): Buffer {
  return 2 * bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

/** Returns the entry as readable text. Invalid UTF-8 becomes U+FFFD, as in Go's decoder. */
export function textOf(raw: Raw): string {
  return typeof raw === 'string' ? raw : raw.toString();
}
