import { lockRebuild, type LockRebuildOptions } from './lock-rebuild.js';
import { resultOf, type Reply, type Request } from '../redis/reply.js';
import { redisFault } from '../redis/redis-fault.js';
import type { CommandCall, ScriptCall } from '../redis/script.js';
import type { CompletedJob } from '../scripts/completed-jobs.js';
import { MAX_JOBS_AT_ONCE, MAX_BYTES_AT_ONCE } from '../scripts/round-limits.js';
import type { Settled } from '../scripts/settling.js';
import type { FinishedJob } from '../run/finished-job.js';
import { performance } from '../base/timers.js';

export interface SettlerOptions extends LockRebuildOptions {
  /** Called when a job's fate is written or, if not `owned`, another pool had taken the job and nothing was written. */
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
  /** Called when Redis refused to settle certain jobs, or `onSettled` threw. */
  readonly onError: (error: unknown) => void;
}

// Milliseconds until refused jobs are retried.
const TRY_REFUSED_AFTER = 100;

/** Keeps finished jobs until Redis has confirmed their fates. */
export class Settler {
  readonly #options: SettlerOptions;
  #finished: FinishedJob[] = [];
  /** Jobs that Redis refuses to settle, for a key of the wrong type, say. They are retried separately. */
  readonly #refused: FinishedJob[] = [];
  /** The number of refused jobs that are retried together, halved each time Redis refuses the whole call. */
  #refusedLimit = MAX_JOBS_AT_ONCE;
  /** The time of the next retry, on the clock of `performance.now`. */
  #tryRefusedAt = 0;
  /** The finished jobs that are put back, until Redis has confirmed or refused it. */
  readonly #putBack = new Set<FinishedJob>();
  /** Jobs whose settle was sent before. If they are no longer in progress, the lost call may have settled them. */
  readonly #sentBefore = new WeakSet<FinishedJob>();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** The finished jobs that Redis has not confirmed yet, without those of requests in flight. */
  get unsettled(): readonly FinishedJob[] {
    return this.#refused.length === 0 ? this.#finished : [...this.#finished, ...this.#refused];
  }

  get isDue(): boolean {
    return this.#finished.length > 0 || this.#areRefusedDue;
  }

  /** Whether a put-back is unconfirmed. */
  get isPuttingBack(): boolean {
    return this.#putBack.size > 0;
  }

  /** Whether a put-back has not been sent yet. A fetch would overtake it. */
  get hasToPutBack(): boolean {
    return this.isPuttingBack && this.#finished.some((job) => this.#putBack.has(job));
  }

  add(job: FinishedJob): void {
    this.#finished.push(job);
    if (isPutBack(job)) this.#putBack.add(job);
  }

  /** Makes the requests of one round. Completed jobs have a separate script, and long completed jobs a command. */
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
    this.#options.onError(new Error(`Redis refuses to settle jobs. They are retried: ${reason}`));
  }

  /** Sorts the jobs of a call that did not settle all of them. */
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
      this.#sentBefore.delete(job); // It was still in progress.
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
      // The call may have been executed in part. It is safe to repeat it.
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
 * Removes the first jobs, as many as fit into a round, and at least one if any exists. Their bytes are bounded like those of
 * a fetch. After a large round, Redis would execute a small second one along with it and answer both together, so that Redis
 * and Node would wait for each other in turns.
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

/** Returns whether settling a job only removes it from the list in progress. */
function isComplete({ move, notes }: FinishedJob): boolean {
  return move.to === 'nowhere' && move.freed === undefined && notes === undefined;
}
