import { InvalidOptionError } from './errors.js';

const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

/**
 * Lets through what all of a namespace's keys may begin with: any text without control characters and halves of
 * surrogate pairs, which have no UTF-8, so that scripts and clients would each see other keys.
 *
 * @throws InvalidOptionError
 */
export function assertNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace === 'string' && !UNFIT.test(namespace)) return;
  const expected = 'a text without control characters and halves of surrogate pairs';
  throw new InvalidOptionError('namespace', namespace, expected);
}
