import { createHash } from 'node:crypto';

/**
 * A short text that tells arguments apart, whatever the order of their members: Go's requeuer changes it.
 *
 * @param {object} args
 */
export function digestOf(args) {
  const members = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha1').update(JSON.stringify(members)).digest('hex').slice(0, 12);
}
