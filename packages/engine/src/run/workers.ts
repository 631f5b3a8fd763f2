import { JobCancelledError, UndecodableJobError } from '../errors/errors.js';
import type { Outcome } from './fate.js';
import type { Demand } from './demand.js';
import type { FinishedJob } from './finished-job.js';
import type { Finisher } from './finisher.js';
import { parseEntry, type JobEntry } from '../job/job-entry.js';
import type { JobType } from '../job/job-type.js';
import { MAX_WAIT, type Prefetch } from './prefetch.js';
import { PrefetchedJobs } from './prefetched-jobs.js';
import type { Raw } from '../redis/raw.js';
import type { FetchedEntry } from '../scripts/fetching.js';
import type { Interruption, Running, Worker } from './worker.js';
import { clearTimeout, setImmediate, setTimeout } from '../base/timers.js';

export interface WorkersOptions<Context> {
  readonly workers: readonly Worker<Context>[];
  readonly types: ReadonlyMap<string, JobType<Context>>;
  readonly finisher: Finisher;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when a worker has started a job. */
  readonly onStarted: (entry: JobEntry) => void;
  readonly onFinished: (job: FinishedJob) => void;
  readonly prefetch: Prefetch;
  /** Milliseconds on a monotonic clock. */
  readonly elapsed: () => number;
  /** Called when prefetched jobs have waited too long. Call `giveBackOverdue` when nothing is being fetched or settled. */
  readonly onOverdue: () => void;
}

/** A job that a worker runs. */
export interface RunningJob {
  /** The name of the queue it was fetched from. */
  readonly jobName: string;
  readonly entry: JobEntry;
  /** The entry exactly as it was fetched. */
  readonly raw: Raw;
}

// Milliseconds for which jobs are started in one turn of the event loop, before other work of the process gets its turn.
const MAX_TURN = 1;

/** All workers of a pool. Hands fetched jobs to idle workers and, through the finisher, finishes each job that has run. */
export class Workers<Context> {
  readonly #options: WorkersOptions<Context>;
  // Running jobs are kept in slots and not in a Map, because V8's Maps keep deleted values alive for long.
  readonly #slots: readonly Slot<Context>[];
  readonly #idle: Slot<Context>[];
  #busy = 0;
  /** The ids of cancelled running jobs. */
  readonly #cancelled = new Set<string>();
  readonly #prefetched = new PrefetchedJobs();
  #stopped = false;
  /** The time until which jobs may be started in this turn of the event loop. */
  #turnEnds: number | undefined;
  #waitTimer: NodeJS.Timeout | undefined;
  #onAllIdle: (() => void) | undefined;

  constructor(options: WorkersOptions<Context>) {
    this.#options = options;
    this.#slots = options.workers.map((worker) => this.#slot(worker));
    this.#idle = [...this.#slots];
  }

  /** The number of further jobs that the workers need. */
  get demand(): Demand {
    const missing = this.#prefetched.size - this.#idle.length;
    const room = this.#options.prefetch.room(this.#options.elapsed());
    return { now: Math.max(0, -missing), ahead: Math.max(0, room - Math.max(0, missing)) };
  }

  get busy(): number {
    return this.#busy;
  }

  /** The prefetched jobs that no worker has started yet. */
  get prefetched(): readonly FetchedEntry[] {
    return this.#prefetched.entries;
  }

  /** The running jobs. */
  get running(): readonly RunningJob[] {
    return this.#slots.flatMap(({ job }) =>
      job ? { jobName: job.fetched.jobName, entry: job.entry, raw: job.fetched.raw } : [],
    );
  }

  /** Runs the jobs on idle workers. Further jobs wait, in order, until a worker is idle. */
  take(fetched: readonly FetchedEntry[]): void {
    const now = this.#options.elapsed();
    for (const entry of fetched) {
      const waits = this.#idle.length === 0 || this.#prefetched.size > 0 || this.#stopped;
      if (waits) this.#prefetched.add(entry, now);
      else this.#start(entry, now);
    }
    this.#goOn(now);
    this.#watchWaits();
  }

  /** Starts no more jobs. Running jobs continue. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Gives back the prefetched jobs, the last one first, which restores the order of their queue. Call it only while nothing is
   * being fetched or settled.
   */
  giveBack(): void {
    this.putBack(this.#prefetched.takeAll());
  }

  /** Gives back fetched jobs that will not run here. @param entries in the order in which they were fetched */
  putBack(entries: readonly FetchedEntry[]): void {
    for (const entry of [...entries].reverse()) {
      this.#options.onFinished(this.#options.finisher.putBack(entry));
    }
  }

  /** Gives back the prefetched jobs if the first has waited too long, and prefetches none for a while. */
  giveBackOverdue(): void {
    if (!this.#isOverdue(this.#options.elapsed())) {
      this.#watchWaits();
      return;
    }
    this.#options.prefetch.overdue();
    this.giveBack();
  }

  /** Runs the job on an idle worker, unless it was already cancelled. */
  #start(fetched: FetchedEntry, begunAt: number): void {
    const { jobName } = fetched;
    const slot = this.#idle.at(-1);
    const type = this.#options.types.get(jobName);
    if (!slot || !type) throw new Error(`No idle worker, or no handler, for a job "${jobName}"`);
    let entry: JobEntry;
    try {
      entry = readEntry(fetched);
    } catch (error) {
      this.#options.onFinished(this.#options.finisher.undecodable(fetched, error));
      return;
    }
    const job = { entry, fetched, type, begunAt };
    if (fetched.isCancelled) this.#finish(job, { kind: 'cancelled' }, 0);
    else this.#run(slot, job);
  }

  #run(slot: Slot<Context>, job: BegunJob<Context>): void {
    this.#idle.pop();
    slot.job = job;
    this.#busy++;
    slot.worker.run(job.entry, job.fetched.raw, job.type, slot.onEnd);
    this.#options.onStarted(job.entry);
  }

  #slot(worker: Worker<Context>): Slot<Context> {
    const slot: Slot<Context> = {
      worker,
      job: undefined,
      onEnd: (outcome, duration) => this.#onEnd(slot, outcome, duration),
    };
    return slot;
  }

  #onEnd(slot: Slot<Context>, outcome: Outcome, duration: number): void {
    const { job } = slot;
    if (!job) throw new Error('A worker has ended a job that it was not given');
    slot.job = undefined;
    this.#busy--;
    this.#idle.push(slot);
    const elapsed = this.#options.elapsed();
    this.#options.prefetch.ended(job.fetched.jobName, elapsed - job.begunAt, elapsed);
    this.#finish(job, outcome, duration);
    this.#goOn(elapsed);
    if (this.#busy === 0) this.#onAllIdle?.();
  }

  /** @param duration in milliseconds */
  #finish({ entry, fetched, type }: BegunJob<Context>, outcome: Outcome, duration: number): void {
    const { finisher, onFinished, now } = this.#options;
    const wasMarked = this.#cancelled.size > 0 && this.#cancelled.delete(entry.id);
    const wasCancelled = wasMarked || outcome.kind === 'cancelled';
    const endedAt = now();
    // Member by member, because spreading `job` into the object costs more than the rest of a short run.
    onFinished(
      finisher.finished({ entry, fetched, type, outcome, endedAt, duration, wasCancelled }),
    );
  }

  /** Starts prefetched jobs for a limited time in one turn of the event loop, so that other work gets its turn. */
  #goOn(now: number): void {
    const goesOn = this.#idle.length > 0 && this.#prefetched.size > 0 && !this.#stopped;
    // After a standstill of the process, another pool may already own them.
    if (!goesOn || this.#isOverdue(now)) return;
    if (this.#turnEnds === undefined) {
      this.#turnEnds = now + MAX_TURN;
      setImmediate(() => {
        this.#turnEnds = undefined;
        this.#goOn(this.#options.elapsed());
      });
    }
    for (let at = now; at < this.#turnEnds; at = this.#options.elapsed()) {
      const next = this.#prefetched.take();
      if (!next) return;
      this.#start(next, at);
      if (this.#idle.length === 0) return; // This is nearly always so, and reading a clock costs as much as starting a job.
    }
  }

  /** Reports when the first prefetched job has waited too long. */
  #watchWaits(): void {
    const { since } = this.#prefetched;
    if (since === undefined || this.#waitTimer) return;
    this.#waitTimer = setTimeout(
      () => {
        this.#waitTimer = undefined;
        if (this.#isOverdue(this.#options.elapsed())) this.#options.onOverdue();
        else this.#watchWaits();
      },
      since + MAX_WAIT - this.#options.elapsed(),
    );
  }

  #isOverdue(now: number): boolean {
    const { since } = this.#prefetched;
    return since !== undefined && now - since >= MAX_WAIT;
  }

  /** Runs a job that is not in any queue on an idle worker. Resolves to its outcome, and writes nothing about it. */
  async perform(raw: Raw): Promise<Outcome> {
    const entry = parseEntry(raw);
    const slot = this.#idle.pop();
    const type = this.#options.types.get(entry.name);
    if (!slot || !type) throw new Error(`No idle worker, or no handler, for "${entry.name}"`);
    const outcome = await new Promise<Outcome>((resolve) =>
      slot.worker.run(entry, raw, type, resolve),
    );
    this.#idle.push(slot);
    this.#goOn(this.#options.elapsed());
    return outcome;
  }

  /** Resolves to `true` as soon as no job runs, or to `false` after `milliseconds`. */
  async ended(milliseconds: number): Promise<boolean> {
    if (this.#busy === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#onAllIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Aborts the signals of the running jobs for which `reasonFor` returns a reason. */
  interrupt(reasonFor: (running: Running) => Interruption | undefined): void {
    for (const { worker, job } of this.#slots) {
      const reason = job && worker.running && reasonFor(worker.running);
      if (!reason) continue;
      if (reason instanceof JobCancelledError) this.#cancelled.add(reason.jobId);
      worker.interrupt(reason);
    }
  }

  /** Ends all runs as interrupted or cancelled, without waiting for their handlers. Returns the interrupted jobs. */
  abandon(): readonly JobEntry[] {
    const busy = this.#slots.filter(({ job }) => job);
    const entries = busy.flatMap(({ worker }) => worker.running?.entry ?? []);
    const interrupted = entries.filter(({ id }) => !this.#cancelled.has(id));
    for (const { worker } of busy) worker.abandon();
    return interrupted;
  }
}

interface Slot<Context> {
  readonly worker: Worker<Context>;
  /**
   * The job that the slot runs. It is cleared in the turn of the event loop in which the job is passed on to be settled, so
   * that some component always accounts for the job.
   */
  job: BegunJob<Context> | undefined;
  /** Ends the run of this slot's job. */
  readonly onEnd: (outcome: Outcome, duration: number) => void;
}

interface BegunJob<Context> {
  readonly entry: JobEntry;
  readonly fetched: FetchedEntry;
  readonly type: JobType<Context>;
  /** The start, on the monotonic clock. */
  readonly begunAt: number;
}

/** Parses an entry. Locks and lists follow the queue's name, so a job with another name would release another queue's lock. */
function readEntry({ jobName, raw }: FetchedEntry): JobEntry {
  const entry = parseEntry(raw);
  if (entry.name === jobName) return entry;
  throw new UndecodableJobError(`it is named "${entry.name}" but was in the queue of "${jobName}"`);
}
