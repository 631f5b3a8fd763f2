import { InvalidOptionError } from './errors.js';

/**
 * For what JavaScript callers, or a setting that is missing, give instead of an object.
 *
 * @throws InvalidOptionError
 */
export function assertRecord(option: string, value: unknown, expected: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new InvalidOptionError(option, value, expected);
}

/** @throws InvalidOptionError */
export function assertJobId(jobId: unknown): void {
  if (typeof jobId === 'string' && jobId !== '') return;
  throw new InvalidOptionError('jobId', jobId, 'the id of a job');
}
