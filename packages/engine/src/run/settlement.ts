import { attemptText } from '../job/attempt.js';
import { firingOf } from '../job/firing-id.js';
import type { HeldClaim } from '../job/held-claim.js';
import { rewriteEntry, type JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import { endsWithDeath } from '../job/unique-key.js';
import type { Raw } from '../redis/raw.js';
import { CARRIER_TTL } from '../scripts/enqueuing-scripts.js';
import type { Move, Note } from '../scripts/settling.js';
import { CLAIM_TTL } from '../scripts/script-group.js';
import type { Fate } from './fate.js';
import { FATES, isGone } from './fate-table.js';
import { scheduleResultText } from './schedule-result.js';

/*
 * Decides everything that is written about a job whose run has ended: the destination of its entry (a move), and the data
 * beside it (notes).
 */

const NOWHERE: Move = { to: 'nowhere' };

/** @param freed the claim that ends with the job, if any */
export function moveOf(raw: Raw, fate: Fate, freed: HeldClaim | undefined): Move {
  switch (fate.kind) {
    case 'done':
    case 'dropped':
    case 'cancelled':
      return freed === undefined ? NOWHERE : { to: 'nowhere', freed };
    case 'retry':
      return {
        to: 'retry',
        entry: rewriteEntry(raw, { failure: fate.failure }),
        delay: fate.delay / 1000,
      };
    case 'dead': {
      const claim = freed === undefined ? undefined : null;
      return { to: 'dead', entry: rewriteEntry(raw, { failure: fate.failure, claim }), freed };
    }
    case 'snoozed':
      return { to: 'scheduled', delay: fate.delay / 1000 };
    case 'putBack':
      return { to: 'queue' };
  }
}

/** Returns whether the claim of a unique job, if any, ends with its run. */
export function endsClaim(
  entry: JobEntry,
  fate: Fate,
  { uniqueUntil }: Pick<JobType, 'uniqueUntil'>,
): boolean {
  return isGone(fate) || (fate.kind === 'dead' && endsWithDeath(entry, uniqueUntil === 'done'));
}

/** The facts of a run that notes record, in addition to its job and its fate. */
export interface RunFacts {
  /** The end of the run, in whole seconds since the epoch. */
  readonly now: number;
  /** The duration of the run, in milliseconds. */
  readonly duration: number;
  /** The value that the handler threw. */
  readonly error: unknown;
  /** Whether the job was marked as cancelled. The mark is no longer needed. */
  readonly wasCancelled: boolean;
  /** The claim that the job may hold. */
  readonly claim: HeldClaim | undefined;
  /** Whether the job may have a carrier: the pool has propagators. */
  readonly mayHaveCarrier: boolean;
}

/** Returns the notes about a run; `undefined` if there is nothing to record or delete, as for most jobs that are done. */
export function notesOf(entry: JobEntry, fate: Fate, run: RunFacts): readonly Note[] | undefined {
  const jobId = entry.id;
  if (jobId === '' || isPlain(entry, fate, run)) return undefined;
  const notes: Note[] = [];
  noteFailures(notes, entry, fate, run);
  // The claim lasts until the job runs again, and a day longer.
  if (run.claim && 'delay' in fate) {
    const milliseconds = fate.delay + CLAIM_TTL;
    notes.push({ kind: 'renewClaim', claim: run.claim, milliseconds });
  }
  if (run.wasCancelled) notes.push({ kind: 'unmark', jobId });
  noteResult(notes, jobId, fate, run);
  if (run.mayHaveCarrier) noteCarrier(notes, jobId, fate);
  return notes.length === 0 ? undefined : notes;
}

/** Returns whether a job has nothing but its entry in Redis. Nearly all jobs do, because they succeed the first time. */
function isPlain({ id, fails, reaped }: JobEntry, { kind }: Fate, run: RunFacts): boolean {
  if (kind !== 'done' || fails > 0 || reaped) return false;
  return !run.wasCancelled && !run.mayHaveCarrier && !id.startsWith('periodic:');
}

function noteFailures(
  notes: Note[],
  { id: jobId, fails, reaped }: JobEntry,
  fate: Fate,
  { duration, error }: RunFacts,
): void {
  if (isGone(fate)) {
    if (fails > 0 || reaped) notes.push({ kind: 'forgetAttempts', jobId });
    if (reaped) notes.push({ kind: 'forgetDeaths', jobId });
  } else if ('failure' in fate) {
    notes.push({ kind: 'attempt', jobId, text: attemptText(fate.failure, duration, error) });
  }
}

function noteResult(notes: Note[], jobId: string, fate: Fate, { now, duration }: RunFacts): void {
  const result = FATES[fate.kind].scheduleResult;
  if (result === undefined || !jobId.startsWith('periodic:')) return;
  const schedule = firingOf(jobId)?.schedule;
  if (schedule === undefined) return;
  const error = 'failure' in fate ? fate.failure.error : undefined;
  const text = scheduleResultText({ jobId, result, at: now, duration, error });
  notes.push({ kind: 'result', schedule, text });
}

function noteCarrier(notes: Note[], jobId: string, fate: Fate): void {
  const { traces } = FATES[fate.kind];
  if (traces === 'leave') return;
  if (traces === 'forget') {
    notes.push({ kind: 'forgetCarrier', jobId });
    return;
  }
  const delay = 'delay' in fate ? fate.delay : 0;
  notes.push({ kind: 'renewCarrier', jobId, milliseconds: delay + CARRIER_TTL });
}
