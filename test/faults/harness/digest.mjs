import { createHash } from 'node:crypto';

/**
 * A short text that tells arguments apart. Members in another order have another one.
 *
 * @param {unknown} args
 */
export function digestOf(args) {
  return createHash('sha1').update(JSON.stringify(args)).digest('hex').slice(0, 12);
}
