import { backoffOf, defaultBackoff, type BackoffFault } from '../job/backoff.js';
import { MAX_DELAY, wholeDelay } from '../base/delay.js';
import { verdictOf } from '../errors/errors.js';
import { backtraceText, errorText } from '../errors/error-text.js';
import type { Failure } from '../job/failure.js';
import { Job } from '../job/job.js';
import type { JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import type { Random } from '../base/random.js';

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
  | { readonly kind: 'putBack' };

const DONE: Fate = { kind: 'done' };

/** What a decision needs beside the job. */
export interface Circumstances {
  /** Seconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  /** The type's backoff gave no delay; the default stands in for it. */
  readonly onBackoffFault?: ((fault: BackoffFault) => void) | undefined;
}

/**
 * Decides what becomes of a job. The rules of gocraft/work: a job that has failed `maxFails` times is dead, or
 * dropped if its type says `skipDead`; before that it is retried after its backoff. Beyond gocraft/work a handler may
 * kill, drop or snooze its job, or say when it is retried, an interrupted job is put back without counting a
 * failure, and a cancelled one is forgotten.
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
  const wanted = verdict && delayWanted(error);
  if (verdict === 'snooze' && wanted !== undefined) return { kind: 'snoozed', delay: wanted };
  const failure = failureOf(entry, error, circumstances.now);
  if (verdict === 'drop') return { kind: 'dropped', failure };
  if (verdict === 'kill' || failure.fails >= type.maxFails) {
    return { kind: type.skipDead ? 'dropped' : 'dead', failure };
  }
  const asked = verdict === 'retry' ? wanted : undefined;
  const delay = asked ?? delayOf(entry, failure, type.backoff, circumstances);
  return { kind: 'retry', delay, failure };
}

function failureOf({ fails }: JobEntry, error: unknown, at: number): Failure {
  return { fails: fails + 1, error: errorText(error), at, backtrace: backtraceText(error) };
}

/** What a `SnoozeJobError` or `RetryJobError` says; of another copy of this package it may be anything, and even throw. */
function delayWanted(error: unknown): number | undefined {
  try {
    return wholeDelay((error as { readonly seconds?: unknown }).seconds);
  } catch {
    return undefined;
  }
}

/** A backoff of the user's that throws or answers nonsense must not cost the job: the default stands in for it. */
function delayOf(
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
