import type { Raw } from '../redis/raw.js';

/**
 * How many bytes of an entry its fingerprint contains: enough for the name, the id and the time, and for the last
 * failure.
 */
export const FINGERPRINT_BYTES = { head: 300, tail: 100 } as const;

/**
 * Returns an entry's length, beginning and end. They identify the entry, because each has its own id; the entry as a
 * whole may be long.
 */
export function fingerprintOf(raw: Raw): string {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
  const { head, tail } = FINGERPRINT_BYTES;
  const shown = Buffer.concat([bytes.subarray(0, head), bytes.subarray(-tail)]);
  return `${bytes.length}:${shown.toString('latin1')}`;
}
