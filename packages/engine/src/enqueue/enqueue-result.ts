import type { MadeJob } from './entry-maker.js';
import type { EnqueueOptions } from '../job/enqueue-options.js';
import { Job, ScheduledJob } from '../job/job.js';
import type { Duration } from '../base/duration.js';
import type { UniqueOutcome } from '../scripts/enqueuing-scripts.js';

/** The job is in its queue. */
export interface EnqueuedResult<Args = Record<string, unknown>> {
  readonly status: 'enqueued';
  /** The job's id. */
  readonly id: string;
  readonly job: Job<Args>;
}

/** The job waits for its scheduled time. */
export interface ScheduledResult<Args = Record<string, unknown>> {
  readonly status: 'scheduled';
  /** The job's id. */
  readonly id: string;
  readonly job: ScheduledJob<Args>;
}

/** An equal unique job already waits, so this one was not enqueued. */
export interface DuplicateResult {
  /** `updated`: the waiting job has the same key and runs with the new arguments. `duplicate`: it stays unchanged. */
  readonly status: 'updated' | 'duplicate';
  /** The waiting job's id; `undefined` if a Go process enqueued that job, because Redis then does not know its id. */
  readonly id: string | undefined;
  readonly job?: undefined;
}

/** The result of enqueueing a job with these options. Without the type argument: with any options. */
export type EnqueueResult<
  Args = Record<string, unknown>,
  Options extends EnqueueOptions = EnqueueOptions,
> =
  | (Options extends Later ? never : EnqueuedResult<Args>)
  | (Options extends AtOnce ? never : ScheduledResult<Args>)
  | (Options extends NotUnique ? never : DuplicateResult);

type Later = { readonly in: Duration } | { readonly at: Date };
type AtOnce = EnqueueOptions & { readonly in?: undefined; readonly at?: undefined };
type NotUnique = EnqueueOptions & { readonly unique?: false | undefined };

/** The reply to a push, a scheduled job's run time in seconds since the epoch, or the outcome of a unique job. */
export type EnqueueReply = undefined | number | UniqueOutcome;

/** Converts Redis's reply to the caller's result. */
export function resultOf({ entry }: MadeJob, reply: EnqueueReply): EnqueueResult {
  if (typeof reply === 'object' && reply.status !== 'enqueued') {
    return { status: reply.status, id: reply.id || undefined };
  }
  const { id } = entry;
  const runAt = typeof reply === 'object' ? reply.runAt : reply;
  if (runAt === undefined) return { status: 'enqueued', id, job: new Job(entry) };
  return { status: 'scheduled', id, job: new ScheduledJob(entry, new Date(runAt * 1000)) };
}

/** Returns the jobs that Redis has accepted, without duplicates. */
export function jobsOf(results: readonly EnqueueResult[]): Job[] {
  return results.flatMap(({ job }) => job ?? []);
}
