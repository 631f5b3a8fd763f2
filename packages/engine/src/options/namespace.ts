import { InvalidOptionError } from '../errors/errors.js';
import { ruleBy } from './option-rules.js';

/** What keys begin with unless a namespace is given. */
export const DEFAULT_NAMESPACE = 'work';

const NAMESPACES = 'a text without control characters and halves of surrogate pairs';

const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

/**
 * Lets through what all of a namespace's keys may begin with: any text without control characters and halves of
 * surrogate pairs, which have no UTF-8, so that scripts and clients would each see other keys.
 *
 * @throws InvalidOptionError
 */
export function assertNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace === 'string' && !UNFIT.test(namespace)) return;
  throw new InvalidOptionError('namespace', namespace, NAMESPACES);
}

/** The rule of options that name one. */
export const NAMESPACE = ruleBy(NAMESPACES, assertNamespace);
