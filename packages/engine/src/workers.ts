import { attemptText } from './attempt.js';
import { JobCancelledError, UndecodableJobError } from './errors.js';
import { fate, type Fate, type Outcome } from './fate.js';
import { envelope, parseEntry, rewriteEntry, type JobEntry } from './job-entry.js';
import type { JobType } from './job-type.js';
import type { Random } from './random.js';
import type { Keys } from './redis/keys.js';
import type { Raw } from './redis/raw.js';
import type { FetchedEntry, Move, Note, Settlement } from './redis/scripts.js';
import { scheduleResultOf } from './schedule-result.js';
import { uniqueKeyOf } from './unique-key.js';
import type { Interruption, Running, Worker } from './worker.js';

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

export interface WorkersOptions<Context> {
  readonly workers: readonly Worker<Context>[];
  readonly types: ReadonlyMap<string, JobType<Context>>;
  readonly keys: Keys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: Random;
  /** What counts as thrown instead of what was thrown. */
  readonly mapError: (error: unknown) => unknown;
  /** A worker has begun a job. */
  readonly onStarted: (entry: JobEntry) => void;
  readonly onFinished: (job: FinishedJob) => void;
}

/** All workers of a pool: hands fetched jobs to idle ones, and decides what becomes of each job afterwards. */
export class Workers<Context> {
  readonly #options: WorkersOptions<Context>;
  readonly #idle: Worker<Context>[];
  readonly #busy = new Set<Worker<Context>>();
  /** The ids of running jobs that were cancelled. */
  readonly #cancelled = new Set<string>();
  #onAllIdle: (() => void) | undefined;

  constructor(options: WorkersOptions<Context>) {
    this.#options = options;
    this.#idle = [...options.workers];
  }

  get idle(): number {
    return this.#idle.length;
  }

  get busy(): number {
    return this.#busy.size;
  }

  /** The entries of the jobs that run. */
  get running(): readonly { readonly jobName: string; readonly id: string; readonly raw: Raw }[] {
    return [...this.#busy].flatMap(({ running }) =>
      running ? [{ jobName: running.entry.name, id: running.entry.id, raw: running.raw }] : [],
    );
  }

  /** Has an idle worker run the job; one that was cancelled before is not run. */
  start(fetched: FetchedEntry): void {
    const { jobName, raw } = fetched;
    const worker = this.#idle.pop();
    const type = this.#options.types.get(jobName);
    if (!worker || !type) throw new Error(`No idle worker, or no handler, for a job "${jobName}"`);
    let entry: JobEntry;
    try {
      entry = readEntry(fetched);
    } catch (error) {
      this.#idle.push(worker);
      this.#options.onFinished(this.#undecodable(fetched, error));
      return;
    }
    if (fetched.isCancelled) {
      this.#idle.push(worker);
      this.#options.onFinished(this.#finished(entry, fetched, type, { kind: 'cancelled' }, 0));
      return;
    }
    this.#busy.add(worker);
    const startedAt = this.#options.now();
    void worker.run(entry, raw, type).then((outcome) => {
      this.#busy.delete(worker);
      this.#idle.push(worker);
      const duration = this.#options.now() - startedAt;
      this.#options.onFinished(this.#finished(entry, fetched, type, outcome, duration));
      if (this.#busy.size === 0) this.#onAllIdle?.();
    });
    this.#options.onStarted(entry);
  }

  /** Has an idle worker run a job that is in no queue, and tells how that ended; nothing is written about it. */
  async perform(raw: Raw): Promise<Outcome> {
    const entry = parseEntry(raw);
    const worker = this.#idle.pop();
    const type = this.#options.types.get(entry.name);
    if (!worker || !type) throw new Error(`No idle worker, or no handler, for "${entry.name}"`);
    const outcome = await worker.run(entry, raw, type);
    this.#idle.push(worker);
    return outcome;
  }

  /** Resolves to true when no job runs any more, or to false after `milliseconds`. */
  async ended(milliseconds: number): Promise<boolean> {
    if (this.#busy.size === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#onAllIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Aborts the signals of the running jobs for whose end `reasonFor` gives a reason. */
  interrupt(reasonFor: (running: Running) => Interruption | undefined): void {
    for (const worker of this.#busy) {
      const reason = worker.running && reasonFor(worker.running);
      if (!reason) continue;
      if (reason instanceof JobCancelledError) this.#cancelled.add(reason.jobId);
      worker.interrupt(reason);
    }
  }

  /** Ends all runs as interrupted or cancelled, whatever their handlers still do. Returns the interrupted jobs. */
  abandon(): readonly JobEntry[] {
    const entries = [...this.#busy].flatMap(({ running }) => (running ? [running.entry] : []));
    const interrupted = entries.filter(({ id }) => !this.#cancelled.has(id));
    for (const worker of this.#busy) worker.abandon();
    return interrupted;
  }

  #finished(
    entry: JobEntry,
    { jobName, raw }: FetchedEntry,
    type: JobType<Context>,
    outcome: Outcome,
    duration: number,
  ): FinishedJob {
    const { now, random } = this.#options;
    const seconds = Math.floor(now() / 1000);
    const ended = this.#mapped(outcome);
    const decided = fate(entry, type, ended, { now: seconds, random });
    const error = ended.kind === 'threw' ? ended.error : undefined;
    const move = moveOf(raw, decided, this.#freedClaim(entry, type, decided));
    // An entry tells its second, so that is as well as a wait is known.
    const wait = Math.max(0, Math.floor((now() - duration) / 1000) - entry.enqueuedAt) * 1000;
    const wasCancelled = this.#cancelled.delete(entry.id) || decided.kind === 'cancelled';
    const notes = notesOf(entry, decided, { now: seconds, duration, wasCancelled });
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

  /** The unique key whose claim ends with this fate, if one does. */
  #freedClaim(entry: JobEntry, type: JobType<Context>, { kind }: Fate): string | undefined {
    if (!entry.unique || entry.claim === 'released') return undefined;
    // Of old gocraft/work's entries, which do not name their key, the claim was not yet dealt with.
    if (entry.claim === undefined && entry.uniqueKey !== '') return undefined;
    const ends = kind === 'done' || kind === 'dropped' || kind === 'cancelled';
    const endsToo = kind === 'dead' && type.uniqueUntil !== 'done';
    return ends || endsToo ? uniqueKeyOf(this.#options.keys, entry) : undefined;
  }

  #undecodable({ jobName, raw }: FetchedEntry, error: unknown): FinishedJob {
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
}

/** Locks and lists go by the queue's name: a job that calls itself something else would unlock another's. */
function readEntry({ jobName, raw }: FetchedEntry): JobEntry {
  const entry = parseEntry(raw);
  if (entry.name === jobName) return entry;
  throw new UndecodableJobError(`it is named "${entry.name}" but was in the queue of "${jobName}"`);
}

/** What is to be remembered of a run beside the entry: a failure, and how the job of a schedule ended. */
function notesOf(
  entry: JobEntry,
  decided: Fate,
  {
    now,
    duration,
    wasCancelled,
  }: { readonly now: number; readonly duration: number; readonly wasCancelled: boolean },
): readonly Note[] | undefined {
  const { id: jobId, fails } = entry;
  const { kind } = decided;
  const isPlain = kind === 'done' && fails === 0 && !wasCancelled && !jobId.startsWith('periodic:');
  if (isPlain || jobId === '') return undefined;
  const notes: Note[] = [];
  if (kind === 'retry' || kind === 'dead') {
    notes.push({ kind: 'attempt', jobId, text: attemptText(decided.failure, duration) });
  } else if (fails > 0 && (kind === 'done' || kind === 'dropped' || kind === 'cancelled')) {
    notes.push({ kind: 'forget', jobId });
  }
  if (wasCancelled) notes.push({ kind: 'unmark', jobId });
  const result = scheduleResultOf(jobId, decided, { now, duration });
  if (result) notes.push({ kind: 'result', ...result });
  return notes.length === 0 ? undefined : notes;
}

function moveOf(raw: Raw, decided: Fate, freed: string | undefined): Move {
  switch (decided.kind) {
    case 'done':
    case 'dropped':
    case 'cancelled':
      return { to: 'nowhere', freed };
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
      return { to: 'scheduled', entry: raw, delay: decided.delay };
    case 'put back':
      return { to: 'queue', entry: raw };
  }
}
