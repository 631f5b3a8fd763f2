import {
  EnqueueRejectedError,
  EnqueueOutcomeUnknownError,
  isWorkError,
  type WorkError,
} from '../errors/errors.js';
import { redisFault } from '../redis/redis-fault.js';

/** Makes the error for callers whose jobs could not be enqueued because of `cause`. */
export function enqueueError(jobNames: readonly string[], cause: unknown): WorkError {
  const refused = isWorkError(cause) || redisFault(cause).effect === 'refused';
  return refused
    ? new EnqueueRejectedError(jobNames, cause)
    : new EnqueueOutcomeUnknownError(jobNames, cause);
}
