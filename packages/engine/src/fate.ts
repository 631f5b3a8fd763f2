import { defaultBackoff } from './backoff.js';
import { DiscardJobError, DropJobError, RetryJobError, SnoozeJobError } from './errors.js';
import { backtraceText, errorText } from './error-text.js';
import { Job } from './job.js';
import type { JobEntry } from './job-entry.js';
import type { JobType } from './job-type.js';
import type { Random } from './random.js';

/**
 * How a run ended. `interrupted`: the pool stopped, or lost the job, before it had finished. `cancelled`: somebody
 * cancelled the job before it had finished, or before it had begun.
 */
export type Outcome =
  | { readonly kind: 'returned' }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'cancelled' };

/** What becomes of a job after its run. Delays in whole seconds. */
export type Fate =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delay: number; readonly failure: Failure }
  | { readonly kind: 'dead'; readonly failure: Failure }
  | { readonly kind: 'dropped'; readonly failure: Failure }
  | { readonly kind: 'snoozed'; readonly delay: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'put back' };

/** A failure as the job's entry will tell it: how many there are now, why, and when (in seconds). */
export interface Failure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  /** The lines of the error's stack below its message. */
  readonly backtrace?: string | undefined;
}

const DONE: Fate = { kind: 'done' };

const MAX_DELAY = 100 * 365 * 24 * 3600;

/**
 * Decides what becomes of a job. The rules of gocraft/work: a job that has failed `maxFails` times is dead, or
 * dropped if its type says `skipDead`; before that it is retried after its backoff. Beyond gocraft/work a handler may
 * discard, drop or snooze its job, or say when it is retried, an interrupted job is put back without counting a
 * failure, and a cancelled one is forgotten.
 *
 * @param now seconds since the epoch
 */
export function fate(
  entry: JobEntry,
  type: Pick<JobType, 'maxFails' | 'skipDead' | 'backoff'>,
  outcome: Outcome,
  { now, random }: { now: number; random: Random },
): Fate {
  if (outcome.kind === 'returned') return DONE;
  if (outcome.kind === 'cancelled') return { kind: 'cancelled' };
  if (outcome.kind === 'interrupted') return { kind: 'put back' };
  const { error } = outcome;
  if (error instanceof SnoozeJobError) return { kind: 'snoozed', delay: error.seconds };
  const failure = {
    fails: entry.fails + 1,
    error: errorText(error),
    at: now,
    backtrace: backtraceText(error),
  };
  if (error instanceof DropJobError) return { kind: 'dropped', failure };
  if (error instanceof DiscardJobError || failure.fails >= type.maxFails) {
    return { kind: type.skipDead ? 'dropped' : 'dead', failure };
  }
  const delay =
    error instanceof RetryJobError
      ? Math.min(error.seconds, MAX_DELAY)
      : delayOf(entry, failure, type.backoff, random);
  return { kind: 'retry', delay, failure };
}

/** A backoff of the user's that throws or answers nonsense must not cost the job: the default stands in for it. */
function delayOf(
  entry: JobEntry,
  failure: Failure,
  backoff: ((job: Job) => number) | undefined,
  random: Random,
): number {
  const fallback = defaultBackoff(failure.fails, random);
  if (!backoff) return Math.min(fallback, MAX_DELAY);
  try {
    const { fails, error: lastError, at: failedAt } = failure;
    const seconds = backoff(new Job({ ...entry, fails, lastError, failedAt }));
    return seconds >= 0 && Number.isFinite(seconds)
      ? Math.min(Math.ceil(seconds), MAX_DELAY)
      : fallback;
  } catch {
    return fallback;
  }
}
