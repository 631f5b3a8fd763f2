import type { Raw } from '../redis/raw.js';

/** How many bytes of an entry its fingerprint shows: its name, its id and its time, and how it has failed. */
export const FINGERPRINT_BYTES = { head: 300, tail: 100 } as const;

/** An entry's length, beginning and end, by which it is recognised: entries may be long, and ids are their own. */
export function fingerprintOf(raw: Raw): string {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
  const { head, tail } = FINGERPRINT_BYTES;
  const shown = Buffer.concat([bytes.subarray(0, head), bytes.subarray(-tail)]);
  return `${bytes.length}:${shown.toString('latin1')}`;
}
