import { InvalidOptionError } from '../errors/errors.js';
import { ruleBy } from './option-rules.js';

/** The namespace where none is given. */
export const DEFAULT_NAMESPACE = 'work';

const NAMESPACES = 'a text without control characters and halves of surrogate pairs';

const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

/**
 * Checks a namespace, with which all its keys begin: any text without control characters and halves of surrogate pairs.
 * Those have no UTF-8, so that scripts and clients would see different keys.
 *
 * @throws InvalidOptionError
 */
export function assertNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace === 'string' && !UNFIT.test(namespace)) return;
  throw new InvalidOptionError('namespace', namespace, NAMESPACES);
}

/** The rule of an option that is a namespace. */
export const NAMESPACE = ruleBy(NAMESPACES, assertNamespace);
