import { KillJobError, RetryJobError, SnoozeJobError } from '@nestcraft/work';
import { retryAfter } from './retry-after.js';

/** Statuses of 4xx that say "not now". All others say "never". */
const TEMPORARY = [408, 425, 429];

/** Returns the error that a delivery throws after this response; `undefined` if the receiver took the event. */
export function failureOf(response: Response): Error | undefined {
  const { ok, status, statusText } = response;
  if (ok) return undefined;

  const reason = `The receiver answered ${status} ${statusText}`;
  const wait = retryAfter(response);
  // The receiver is healthy and asks for patience: no failure is counted, however often it does.
  if (status === 429) return new SnoozeJobError(wait ?? '1m');
  // The receiver is down and knows for how long: a failure, and the next run at that time.
  if (wait !== undefined) return new RetryJobError(wait, reason);
  // The receiver will never take this event.
  if (status < 500 && !TEMPORARY.includes(status)) return new KillJobError(reason);
  // Anything else: a failure, and the next run after the backoff.
  return new Error(reason);
}
