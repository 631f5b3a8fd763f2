import { InvalidJobNameError } from '../errors/errors.js';

const MAX_LENGTH = 255;
// `jobs:<name>` followed by one of these is a bookkeeping key of another job.
const RESERVED_SUFFIXES = [':paused', ':lock', ':lock_info', ':max_concurrency', ':inprogress'];
const CONTROL = /\p{Cc}/u;

/**
 * Accepts every job name that is safe to share with gocraft/work.
 *
 * @throws InvalidJobNameError if the name is empty, is longer than 255 characters, ends like a bookkeeping key, or
 * contains a comma (heartbeats join names with commas), a control character or a lone surrogate
 */
export function assertJobName(name: unknown): asserts name is string {
  const reason = fault(name);
  if (reason !== undefined) throw new InvalidJobNameError(name, reason);
}

/** Returns whether `assertJobName` accepts the name. */
export function isJobName(name: string): boolean {
  return fault(name) === undefined;
}

function fault(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'is not a string';
  if (name === '') return 'is empty';
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (name.includes(',')) return 'contains a comma';
  if (CONTROL.test(name)) return 'contains a control character';
  if (/\p{Surrogate}/u.test(name)) return 'contains half of a surrogate pair';
  const suffix = RESERVED_SUFFIXES.find((reserved) => name.endsWith(reserved));
  return suffix === undefined ? undefined : `ends in the reserved "${suffix}"`;
}
