import { InvalidOptionError } from '../errors/errors.js';
import { isRecord } from '../base/objects.js';

/**
 * Rejects non-objects: JavaScript callers pass them, and missing settings produce them.
 *
 * @throws InvalidOptionError
 */
export function assertRecord(option: string, value: unknown, expected: string): void {
  if (isRecord(value)) return;
  throw new InvalidOptionError(option, value, expected);
}

/** @throws InvalidOptionError */
export function assertJobId(jobId: unknown, option = 'jobId'): void {
  if (typeof jobId === 'string' && jobId !== '') return;
  throw new InvalidOptionError(option, jobId, 'the id of a job');
}
