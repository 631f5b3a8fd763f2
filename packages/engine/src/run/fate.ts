import { backoffOf, defaultBackoff, type BackoffFault } from '../job/backoff.js';
import { MAX_DELAY, delayOf } from '../base/delay.js';
import { verdictOf } from '../errors/errors.js';
import { backtraceText, errorText } from '../errors/error-text.js';
import type { Failure } from '../job/failure.js';
import { Job } from '../job/job.js';
import type { JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import type { Random } from '../base/random.js';

/**
 * The outcome of a run. `interrupted`: the pool stopped, or lost the job, before the run had finished. `cancelled`: the job
 * was cancelled before its run had finished or started.
 */
export type Outcome =
  | { readonly kind: 'returned' }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'cancelled' };

/** The fate of a job after its run. Each `delay` is in milliseconds, a whole number of seconds. */
export type Fate =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delay: number; readonly failure: Failure }
  | { readonly kind: 'dead'; readonly failure: Failure }
  | { readonly kind: 'dropped'; readonly failure: Failure }
  | { readonly kind: 'snoozed'; readonly delay: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'putBack' };

const DONE: Fate = { kind: 'done' };

/** The facts that a decision needs in addition to the job. */
export interface Circumstances {
  /** The current time, in seconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  /** Called when the type's backoff returned no valid delay and the default backoff replaced it. */
  readonly onBackoffFault?: ((fault: BackoffFault) => void) | undefined;
}

/**
 * Decides the fate of a job. By gocraft/work's rules, a job that has failed `maxFails` times is dead, or dropped if its type
 * has `skipDead`, unless its arguments could not be decrypted. Before that it is retried after its backoff. In addition, a handler may kill, drop or snooze its job, or
 * set the time of its retry. An interrupted job is put back without counting a failure, and a cancelled job is forgotten.
 */
export function fate(
  entry: JobEntry,
  type: Pick<JobType, 'maxFails' | 'skipDead' | 'backoff'>,
  outcome: Outcome,
  circumstances: Circumstances,
): Fate {
  if (outcome.kind === 'returned') return DONE;
  if (outcome.kind === 'cancelled') return { kind: 'cancelled' };
  if (outcome.kind === 'interrupted') return { kind: 'putBack' };
  const { error } = outcome;
  const verdict = verdictOf(error);
  const wanted = verdict && secondsWanted(error);
  if (verdict === 'snooze' && wanted !== undefined)
    return { kind: 'snoozed', delay: wanted * 1000 };
  const failure = failureOf(entry, error, circumstances.now);
  if (verdict === 'drop') return { kind: 'dropped', failure };
  if (verdict === 'kill' || failure.fails >= type.maxFails) {
    return { kind: type.skipDead && verdict !== 'keep' ? 'dropped' : 'dead', failure };
  }
  const asked = verdict === 'retry' ? wanted : undefined;
  const seconds = asked ?? secondsUntilRetry(entry, failure, type.backoff, circumstances);
  return { kind: 'retry', delay: seconds * 1000, failure };
}

function failureOf({ fails }: JobEntry, error: unknown, at: number): Failure {
  return { fails: fails + 1, error: errorText(error), at, backtrace: backtraceText(error) };
}

/** Returns the delay of a `SnoozeJobError` or `RetryJobError`, in seconds. An error of another copy may hold anything, or throw. */
function secondsWanted(error: unknown): number | undefined {
  try {
    return delayOf((error as { readonly delay?: unknown }).delay);
  } catch {
    return undefined;
  }
}

/** A user's backoff that throws or returns an invalid value must not cost the job, so the default replaces it. */
function secondsUntilRetry(
  entry: JobEntry,
  failure: Failure,
  backoff: JobType['backoff'],
  { random, onBackoffFault }: Circumstances,
): number {
  const { fails, error: lastError, at: failedAt } = failure;
  const asked = backoff && backoffOf(backoff, new Job({ ...entry, fails, lastError, failedAt }));
  if (asked && 'delay' in asked) return asked.delay;
  if (asked) onBackoffFault?.(asked);
  return Math.min(defaultBackoff(fails, random), MAX_DELAY);
}
