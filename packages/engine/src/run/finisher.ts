import { isThenable, readable } from '../base/thrown.js';
import { DURATIONS } from '../base/duration.js';
import type { Random } from '../base/random.js';
import { errorLine, errorText } from '../errors/error-text.js';
import { envelope, type JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import { heldClaim } from '../job/unique-key.js';
import type { Keys } from '../redis/keys.js';
import type { FetchedEntry } from '../scripts/fetching.js';
import { fate, type Outcome } from './fate.js';
import type { FinishedJob } from './finished-job.js';
import { endsClaim, moveOf, notesOf } from './settlement.js';

/** An ended run. */
export interface EndedRun {
  readonly entry: JobEntry;
  readonly fetched: FetchedEntry;
  readonly type: Pick<JobType, 'maxFails' | 'skipDead' | 'backoff' | 'uniqueUntil'>;
  readonly outcome: Outcome;
  /** The end of the run, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** The duration of the run, in milliseconds. */
  readonly duration: number;
  /** Whether the job was marked as cancelled. The mark is no longer needed. */
  readonly wasCancelled: boolean;
}

export interface FinisherOptions {
  readonly keys: Keys;
  /** Returns the current time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: Random;
  /** Replaces the error that a handler threw; `undefined` keeps it. */
  readonly mapError: (error: unknown) => unknown;
  /** Whether jobs may have carriers: the pool has propagators. */
  readonly mayHaveCarriers: boolean;
  /** Called when a user's function has failed and a default replaces its result. */
  readonly onWarning: (message: string) => void;
}

/** Decides the fate of jobs whose runs have ended, and the data to write about them. */
export class Finisher {
  readonly #options: FinisherOptions;
  /** The job names for which a faulty backoff was reported. */
  readonly #reportedBackoffs = new Set<string>();

  constructor(options: FinisherOptions) {
    this.#options = options;
  }

  /** Finishes a job that was run, or cancelled before its run. */
  finished(run: EndedRun): FinishedJob {
    const { entry, fetched, type, outcome, endedAt, duration, wasCancelled } = run;
    const seconds = Math.floor(endedAt / 1000);
    const { jobName, raw } = fetched;
    const ended = outcome.kind === 'threw' ? this.#mapped(outcome.error) : outcome;
    const decided = fate(entry, type, ended, {
      now: seconds,
      random: this.#options.random,
      onBackoffFault: ({ fault }) => this.#reportBackoff(jobName, fault),
    });
    const error = ended.kind === 'threw' ? ended.error : undefined;
    const claim = heldClaim(this.#options.keys, entry);
    const move = moveOf(raw, decided, claim && endsClaim(entry, decided, type) ? claim : undefined);
    const mayHaveCarrier = this.#options.mayHaveCarriers;
    const facts = { now: seconds, duration, error, wasCancelled, claim, mayHaveCarrier };
    const notes = notesOf(entry, decided, facts);
    // Entries hold whole seconds, so the wait is not known more precisely.
    const wait = Math.max(0, Math.floor((endedAt - duration) / 1000) - entry.enqueuedAt) * 1000;
    return { jobName, raw, move, notes, entry, fate: decided, error, duration, wait };
  }

  /** Finishes an entry that is not a job. It moves to the dead jobs in an envelope. */
  undecodable({ jobName, raw }: FetchedEntry, error: unknown): FinishedJob {
    const now = Math.floor(this.#options.now() / 1000);
    const reason = errorText(error);
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

  /** Finishes a fetched job that does not run here. It returns to its queue. */
  putBack({ jobName, raw }: FetchedEntry): FinishedJob {
    return {
      jobName,
      raw,
      move: { to: 'queue' },
      entry: undefined,
      fate: { kind: 'putBack' },
      error: undefined,
      duration: 0,
    };
  }

  /** Maps a thrown value to an error that all receivers can read. A revoked Proxy, for instance, is replaced. */
  #mapped(thrown: unknown): Outcome {
    const error = readable(thrown);
    return { kind: 'threw', error: readable(this.#answerOf(error) ?? error) };
  }

  /** Returns the result of `mapError`; `undefined` if it is not valid. */
  #answerOf(error: unknown): unknown {
    const { mapError, onWarning } = this.#options;
    try {
      const answer = mapError(error);
      if (answer === error || !isThenable(answer)) return answer;
      answer.then(undefined, () => undefined); // Nothing waits for it, and it may reject.
      onWarning(
        'mapError returned a promise, but it must be synchronous. The thrown error is used',
      );
    } catch (fault) {
      onWarning(`mapError threw: ${errorLine(fault)}. The thrown error is used`);
    }
    return undefined;
  }

  #reportBackoff(jobName: string, fault: string): void {
    if (this.#reportedBackoffs.has(jobName)) return;
    this.#reportedBackoffs.add(jobName);
    this.#options.onWarning(
      `The backoff of job "${jobName}" ${fault}; it must return a duration: ${DURATIONS}. The default backoff replaces it`,
    );
  }
}
