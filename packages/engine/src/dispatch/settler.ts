import { lockRebuild, type LockRebuildOptions } from './lock-rebuild.js';
import { resultOf, type Reply, type Request } from '../redis/redis-connection.js';
import { redisFault } from '../redis/redis-fault.js';
import type { CommandCall, ScriptCall } from '../redis/script.js';
import {
  MAX_JOBS_AT_ONCE,
  MAX_BYTES_AT_ONCE,
  type CompletedJob,
  type Settled,
} from '../scripts/running-scripts.js';
import type { FinishedJob } from '../run/finished-job.js';
import { performance } from '../base/timers.js';

export interface SettlerOptions extends LockRebuildOptions {
  /** A job's fate is written; or, if not `owned`, somebody else had taken the job and nothing was. */
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
  /** Redis refuses to settle jobs for their own sake; or `onSettled` has thrown. */
  readonly onError: (error: unknown) => void;
}

// Milliseconds.
const TRY_REFUSED_AFTER = 100;

/** Keeps finished jobs until Redis has confirmed what became of them. */
export class Settler {
  readonly #options: SettlerOptions;
  #finished: FinishedJob[] = [];
  /** Jobs that Redis refuses to settle for their own sake. They are tried by themselves, and hold up nobody. */
  readonly #refused: FinishedJob[] = [];
  /** How many of them are tried together: fewer, while Redis refuses all. */
  #refusedLimit = MAX_JOBS_AT_ONCE;
  /** On the clock of `performance.now`. */
  #tryRefusedAt = 0;
  /** Those of the finished jobs that are put back, until Redis has confirmed or refused it. */
  readonly #putBack = new Set<FinishedJob>();
  /** Jobs whose settling was sent before: that they are no longer in progress says nothing about them. */
  readonly #sentBefore = new WeakSet<FinishedJob>();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** The finished jobs that Redis has not confirmed yet, but for those of requests under way. */
  get unsettled(): readonly FinishedJob[] {
    return this.#refused.length === 0 ? this.#finished : [...this.#finished, ...this.#refused];
  }

  get isDue(): boolean {
    return this.#finished.length > 0 || this.#areRefusedDue;
  }

  /** Some are put back, and Redis has not confirmed all of that. */
  get isPuttingBack(): boolean {
    return this.#putBack.size > 0;
  }

  /** Some are put back that no request has taken yet: a fetch would overtake them. */
  get hasToPutBack(): boolean {
    return this.isPuttingBack && this.#finished.some((job) => this.#putBack.has(job));
  }

  add(job: FinishedJob): void {
    this.#finished.push(job);
    if (isPutBack(job)) this.#putBack.add(job);
  }

  /** Settles as many as one script may. Most are simply done, which has a script of its own, and long ones a command. */
  requests(): readonly Request[] {
    const { scripts, poolId } = this.#options;
    const completed: (FinishedJob & CompletedJob)[] = [];
    const long: FinishedJob[] = [];
    const others: FinishedJob[] = [];
    for (const job of take(this.#finished, MAX_JOBS_AT_ONCE)) {
      if (!isComplete(job)) others.push(job);
      else if (isText(job)) completed.push(job);
      else long.push(job);
    }
    const requests: Request[] = long.length > 0 ? this.#completeLong(long) : [];
    if (completed.length > 0) {
      requests.push(this.#request(completed, scripts.running.complete(poolId, completed)));
    }
    if (others.length > 0) {
      requests.push(this.#request(others, scripts.running.settle(poolId, others)));
    }
    if (this.#areRefusedDue) requests.push(this.#retry());
    return requests;
  }

  #completeLong(jobs: readonly FinishedJob[]): Request[] {
    const { scripts, poolId } = this.#options;
    return [
      ...jobs.map((job) => this.#request([job], scripts.running.completeLong(poolId, job))),
      lockRebuild(
        this.#options,
        jobs.map(({ jobName }) => jobName),
      ),
    ];
  }

  get #areRefusedDue(): boolean {
    return this.#refused.length > 0 && performance.now() >= this.#tryRefusedAt;
  }

  #retry(): Request {
    const { scripts, poolId } = this.#options;
    const jobs = take(this.#refused, this.#refusedLimit);
    const { call, onReply } = this.#request(jobs, scripts.running.settle(poolId, jobs));
    return {
      call,
      onReply: (reply) => {
        onReply(reply);
        this.#refusedLimit = MAX_JOBS_AT_ONCE;
      },
    };
  }

  #request(
    jobs: readonly FinishedJob[],
    call: ScriptCall<Settled> | CommandCall<Settled>,
  ): Request {
    return { call, onReply: (reply) => this.#onReply(jobs, call, reply) };
  }

  #onReply(
    jobs: readonly FinishedJob[],
    call: ScriptCall<Settled> | CommandCall<Settled>,
    reply: Reply | undefined,
  ): void {
    const { lost, refused, reason } = this.#settled(jobs, call, reply);
    if (lost.length > 0 || refused.length > 0) {
      this.#part(jobs, new Set(lost), new Set(refused));
    } else {
      for (const job of jobs) this.#confirm(job, true);
    }
    if (reason === undefined) return;
    this.#options.onError(
      new Error(`Redis refuses to settle jobs, which are tried again: ${reason}`),
    );
  }

  /** What became of each of them, when not all of them were settled. */
  #part(
    jobs: readonly FinishedJob[],
    lost: ReadonlySet<number>,
    refused: ReadonlySet<number>,
  ): void {
    this.#refuse(jobs.filter((_, position) => refused.has(position)));
    jobs.forEach((job, position) => {
      if (!refused.has(position)) {
        this.#confirm(job, !lost.has(position) || this.#sentBefore.has(job));
        return;
      }
      this.#sentBefore.delete(job); // It was still there.
    });
  }

  #settled(
    jobs: readonly FinishedJob[],
    call: ScriptCall<Settled> | CommandCall<Settled>,
    reply: Reply | undefined,
  ): Settled {
    try {
      return resultOf(call, reply);
    } catch (error) {
      // Some of it may have been done. It is safe to repeat.
      for (const job of jobs) this.#sentBefore.add(job);
      const { effect, remedy } = redisFault(error);
      if (effect === 'refused' && remedy === 'alert') {
        this.#refusedLimit = Math.max(1, Math.floor(jobs.length / 2));
        this.#refuse(jobs);
      } else {
        this.#finished = [...jobs, ...this.#finished];
        for (const job of jobs.filter(isPutBack)) this.#putBack.add(job);
      }
      throw error;
    }
  }

  #refuse(jobs: readonly FinishedJob[]): void {
    if (jobs.length === 0) return;
    this.#tryRefusedAt = performance.now() + TRY_REFUSED_AFTER;
    this.#refused.push(...jobs);
    for (const job of jobs) this.#putBack.delete(job);
  }

  #confirm(job: FinishedJob, owned: boolean): void {
    if (this.isPuttingBack) this.#putBack.delete(job);
    try {
      this.#options.onSettled(job, owned);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/**
 * Takes as many of the first jobs out as one round may have; at least one, if there is any. Not more bytes than a fetch
 * brings: Redis would execute a second round that carries little together with the first, and answer both at once, so that
 * it and Node would wait for each other by turns.
 */
function take(jobs: FinishedJob[], most: number): readonly FinishedJob[] {
  let [count, size] = [0, 0];
  for (const { raw, move } of jobs) {
    size += raw.length + ('entry' in move ? move.entry.length : 0);
    if (count === most || (count > 0 && size > MAX_BYTES_AT_ONCE)) break;
    count++;
  }
  return jobs.splice(0, count);
}

function isPutBack({ move }: FinishedJob): boolean {
  return move.to === 'queue';
}

function isText(job: FinishedJob): job is FinishedJob & CompletedJob {
  return typeof job.raw === 'string';
}

/** Whether nothing is to be written about a job, but that it is no longer in progress. */
function isComplete({ move, notes }: FinishedJob): boolean {
  return move.to === 'nowhere' && move.freed === undefined && notes === undefined;
}
