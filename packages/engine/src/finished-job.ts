import { attemptText } from './attempt.js';
import { fate, type Fate, type Outcome } from './fate.js';
import { envelope, rewriteEntry, type JobEntry } from './job-entry.js';
import type { JobType } from './job-type.js';
import type { Random } from './random.js';
import type { Keys } from './redis/keys.js';
import type { Raw } from './redis/raw.js';
import type { FetchedEntry, Move, Note, Settlement } from './redis/scripts/running-scripts.js';
import { CLAIM_LASTS, type HeldClaim } from './redis/scripts/script-group.js';
import { scheduleResultOf } from './schedule-result.js';
import { endsWithDeath, heldClaim } from './unique-key.js';

/** A job whose run has ended, with what is to be written about it. */
export interface FinishedJob extends Settlement {
  /** `undefined` for an entry that was no job. */
  readonly entry: JobEntry | undefined;
  readonly fate: Fate;
  /** What the handler threw, if it did. */
  readonly error: unknown;
  /** Milliseconds that the run took. */
  readonly duration: number;
  /** Milliseconds for which the job had waited in its queue, in whole seconds; `undefined` if it was not run. */
  readonly wait?: number;
}

/** A run that has ended. */
export interface EndedRun {
  readonly entry: JobEntry;
  readonly fetched: FetchedEntry;
  readonly type: Pick<JobType, 'maxFails' | 'skipDead' | 'backoff' | 'uniqueUntil'>;
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Whoever cancelled it shall not wait for it any more. */
  readonly wasCancelled: boolean;
}

export interface FinisherOptions {
  readonly keys: Keys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: Random;
  /** What counts as thrown instead of what was thrown. */
  readonly mapError: (error: unknown) => unknown;
}

/** Decides what becomes of jobs, and what is to be written about them. */
export class Finisher {
  readonly #options: FinisherOptions;

  constructor(options: FinisherOptions) {
    this.#options = options;
  }

  /** For a job whose run has ended. */
  finished(run: EndedRun): FinishedJob {
    const { entry, fetched, type, outcome, endedAt, duration, wasCancelled } = run;
    const seconds = Math.floor(endedAt / 1000);
    const { jobName, raw } = fetched;
    const ended = this.#mapped(outcome);
    const decided = fate(entry, type, ended, { now: seconds, random: this.#options.random });
    const error = ended.kind === 'threw' ? ended.error : undefined;
    const claim = heldClaim(this.#options.keys, entry);
    const move = moveOf(raw, decided, claim && endsClaim(entry, type, decided) ? claim : undefined);
    // An entry tells its second, so that is as well as a wait is known.
    const wait = Math.max(0, Math.floor((endedAt - duration) / 1000) - entry.enqueuedAt) * 1000;
    const notes = notesOf(entry, decided, { now: seconds, duration, wasCancelled, claim });
    return { jobName, raw, move, notes, entry, fate: decided, error, duration, wait };
  }

  #mapped(outcome: Outcome): Outcome {
    if (outcome.kind !== 'threw') return outcome;
    try {
      return { kind: 'threw', error: this.#options.mapError(outcome.error) };
    } catch {
      return outcome;
    }
  }

  /** For an entry that is no job. */
  undecodable({ jobName, raw }: FetchedEntry, error: unknown): FinishedJob {
    const now = Math.floor(this.#options.now() / 1000);
    const reason = error instanceof Error ? error.message : String(error);
    return {
      jobName,
      raw,
      move: { to: 'dead', entry: envelope(raw, { jobName, reason, now }) },
      entry: undefined,
      fate: { kind: 'dead', failure: { fails: 1, error: reason, at: now } },
      error,
      duration: 0,
    };
  }

  /** For a job that was fetched and is not to be run here. */
  putBack({ jobName, raw }: FetchedEntry): FinishedJob {
    return {
      jobName,
      raw,
      move: { to: 'queue' },
      entry: undefined,
      fate: { kind: 'put back' },
      error: undefined,
      duration: 0,
    };
  }
}

/** What is to be remembered of a run beside the entry: a failure, and how the job of a schedule ended. */
function notesOf(
  entry: JobEntry,
  decided: Fate,
  {
    now,
    duration,
    wasCancelled,
    claim,
  }: {
    readonly now: number;
    readonly duration: number;
    readonly wasCancelled: boolean;
    readonly claim: HeldClaim | undefined;
  },
): readonly Note[] | undefined {
  const { id: jobId, fails, reaped } = entry;
  const { kind } = decided;
  const hasTraces = fails > 0 || reaped;
  const isPlain = kind === 'done' && !hasTraces && !wasCancelled && !jobId.startsWith('periodic:');
  if (isPlain || jobId === '') return undefined;
  const notes: Note[] = [];
  if (kind === 'retry' || kind === 'dead') {
    notes.push({ kind: 'attempt', jobId, text: attemptText(decided.failure, duration) });
  } else if (hasTraces && isEnd(kind)) {
    notes.push({ kind: 'forget', jobId });
  }
  if (reaped && isEnd(kind)) notes.push({ kind: 'forget deaths', jobId });
  // Until it runs again, and for a day beyond.
  if (claim && (kind === 'retry' || kind === 'snoozed')) {
    notes.push({ kind: 'renew claim', claim, milliseconds: decided.delay * 1000 + CLAIM_LASTS });
  }
  if (wasCancelled) notes.push({ kind: 'unmark', jobId });
  const result = scheduleResultOf(jobId, decided, { now, duration });
  if (result) notes.push({ kind: 'result', ...result });
  return notes.length === 0 ? undefined : notes;
}

/** Whether the job is in no list any more, the dead ones among them. */
function isEnd(kind: Fate['kind']): boolean {
  return kind === 'done' || kind === 'dropped' || kind === 'cancelled';
}

function endsClaim(entry: JobEntry, type: Pick<JobType, 'uniqueUntil'>, { kind }: Fate): boolean {
  return isEnd(kind) || (kind === 'dead' && endsWithDeath(entry, type.uniqueUntil === 'done'));
}

const NOWHERE: Move = { to: 'nowhere' };

function moveOf(raw: Raw, decided: Fate, freed: HeldClaim | undefined): Move {
  switch (decided.kind) {
    case 'done':
    case 'dropped':
    case 'cancelled':
      return freed === undefined ? NOWHERE : { to: 'nowhere', freed };
    case 'retry':
      return {
        to: 'retry',
        entry: rewriteEntry(raw, { failure: decided.failure }),
        delay: decided.delay,
      };
    case 'dead': {
      const claim = freed === undefined ? undefined : null;
      return { to: 'dead', entry: rewriteEntry(raw, { failure: decided.failure, claim }), freed };
    }
    case 'snoozed':
      return { to: 'scheduled', delay: decided.delay };
    case 'put back':
      return { to: 'queue' };
  }
}
