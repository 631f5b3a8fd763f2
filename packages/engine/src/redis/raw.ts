import { isUtf8 } from 'node:buffer';

/**
 * A job entry exactly as it stands in Redis: text, or bytes where they are not valid UTF-8 or very many. Entries are
 * removed by comparing bytes, so what is sent back must be what was read.
 */
export type Raw = string | Buffer;

// A long entry is read once, to run it, and else only handed on: as bytes it need not be decoded and encoded for that. And
// ioredis makes one string of a command whose arguments are all text, which ends at 512 MiB; a buffer does not.
const MAX_TEXT_BYTES = 8 * 1024;

/** Keeps bytes that a string could not carry there and back. */
export function toRaw(bytes: Buffer): Raw {
  return bytes.length <= MAX_TEXT_BYTES && isUtf8(bytes) ? bytes.toString() : alone(bytes);
}

/** Bytes that are cut from others keep all of those in memory. */
function alone(bytes: Buffer): Buffer {
  return 2 * bytes.length < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

/** The entry as text for reading; bytes that are not UTF-8 show as U+FFFD, as Go's decoder reads them. */
export function textOf(raw: Raw): string {
  return typeof raw === 'string' ? raw : raw.toString();
}
