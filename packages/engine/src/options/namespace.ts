import { InvalidOptionError } from '../errors/errors.js';
import { ruleBy } from './option-rules.js';

/** The default namespace. */
export const DEFAULT_NAMESPACE = 'work';

const NAMESPACES = 'a text without control characters and halves of surrogate pairs';

const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

/**
 * Checks a namespace, the prefix of all its keys. Any text without control characters and halves of surrogate pairs is
 * valid. A lone surrogate has no UTF-8 encoding, so scripts and clients would use different keys.
 *
 * @throws InvalidOptionError
 */
export function assertNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace === 'string' && !UNFIT.test(namespace)) return;
  throw new InvalidOptionError('namespace', namespace, NAMESPACES);
}

/** The rule for a namespace option. */
export const NAMESPACE = ruleBy(NAMESPACES, assertNamespace);
