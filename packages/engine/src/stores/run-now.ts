import { unixSeconds } from '../base/clock.js';
import { firingOf } from '../job/firing-id.js';
import { rewriteEntry, type JobEntry } from '../job/job-entry.js';
import { holdsClaim, uniqueKeyOf } from '../job/unique-key.js';
import type { Raw } from '../redis/raw.js';
import type { RunNowParams, RunNowStatus } from '../scripts/job-scripts.js';
import type { BulkOutcome } from './bulk.js';
import type { StoreContext } from './store-context.js';
import type { JobSetName } from './timed-job.js';

/** Makes the parameters that move a job of a set to its queue now: a dead job without its failures, a unique job with a claim. */
export function runNowParams(
  { keys, clock }: StoreContext,
  set: JobSetName,
  { raw, entry }: { readonly raw: Raw; readonly entry: JobEntry },
): RunNowParams {
  // The firing of a non-overlapping schedule takes its claim when it moves to its queue, and holds it until it is done.
  const isFiring =
    set === 'scheduled' && entry.claim === undefined && firingOf(entry.id) !== undefined;
  const claims = entry.unique && !holdsClaim(entry) && (set === 'dead' || isFiring);
  return {
    raw,
    jobName: entry.name,
    jobId: entry.id,
    uniqueKey: claims ? uniqueKeyOf(keys, entry) : undefined,
    entry: rewriteEntry(raw, {
      enqueuedAt: unixSeconds(clock),
      ...(set === 'dead' && { failure: null }),
      ...(claims && { claim: isFiring ? ('held' as const) : null }),
    }),
  };
}

/** Returns how a bulk task counts the result. */
export function runNowOutcome(status: RunNowStatus | undefined): BulkOutcome {
  if (status === 'enqueued') return 'done';
  return status === undefined || status === 'notFound' ? 'gone' : status;
}
