import { resultOf, type Reply, type Request } from './redis/redis-connection.js';
import type { ScriptCall } from './redis/script.js';
import type { Scripts } from './redis/scripts.js';
import { MOST_AT_ONCE, type DroppedJob, type Settled } from './redis/scripts/running-scripts.js';
import type { FinishedJob } from './finished-job.js';

export interface SettlerOptions {
  readonly poolId: string;
  readonly scripts: Scripts;
  /** A job's fate is written; or, if not `owned`, somebody else had taken the job and nothing was. */
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
}

// In bytes or characters, for one script: neither strings nor Redis's arguments may be as long as they like.
const MAX_SIZE = 16 * 1024 * 1024;

/** Keeps finished jobs until Redis has confirmed what became of them. */
export class Settler {
  readonly #options: SettlerOptions;
  #finished: FinishedJob[] = [];
  /** Jobs whose settling was sent before: that they are no longer in progress says nothing about them. */
  readonly #sentBefore = new WeakSet<FinishedJob>();
  /** How many are put back, and Redis has not confirmed it. */
  #putBack = 0;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** The finished jobs that Redis has not confirmed yet, but for those of a request that is under way. */
  get unsettled(): readonly FinishedJob[] {
    return this.#finished;
  }

  /** Some are put back, and Redis has not confirmed all of that. */
  get isPuttingBack(): boolean {
    return this.#putBack > 0;
  }

  /** Some are put back that no request has taken yet: a fetch would overtake them. */
  get hasToPutBack(): boolean {
    return this.isPuttingBack && this.#finished.some(isPutBack);
  }

  add(job: FinishedJob): void {
    this.#finished.push(job);
    if (isPutBack(job)) this.#putBack++;
  }

  /** Settles as many as one script may. Most are simply done, which has a script of its own. */
  requests(): readonly Request[] {
    const { scripts, poolId } = this.#options;
    const dropped: (FinishedJob & DroppedJob)[] = [];
    const others: FinishedJob[] = [];
    for (const job of this.#take()) {
      if (isDropped(job)) dropped.push(job);
      else others.push(job);
    }
    const requests: Request[] = [];
    if (dropped.length > 0)
      requests.push(this.#request(dropped, scripts.running.drop(poolId, dropped)));
    if (others.length > 0)
      requests.push(this.#request(others, scripts.running.settle(poolId, others)));
    return requests;
  }

  #request(jobs: readonly FinishedJob[], call: ScriptCall<Settled>): Request {
    return { call, onReply: (reply) => this.#onReply(jobs, call, reply) };
  }

  #take(): readonly FinishedJob[] {
    let [count, size] = [0, 0];
    for (const { raw } of this.#finished) {
      if (count === MOST_AT_ONCE || size > MAX_SIZE) break;
      count++;
      size += raw.length;
    }
    return this.#finished.splice(0, count);
  }

  #onReply(
    jobs: readonly FinishedJob[],
    call: ScriptCall<Settled>,
    reply: Reply | undefined,
  ): void {
    const { lost, refused, reason } = this.#settled(jobs, call, reply);
    const [gone, kept] = [new Set(lost), new Set(refused)];
    jobs.forEach((job, position) => {
      // Behind all others: what Redis refuses for its own sake must not hold them up.
      if (kept.has(position)) this.#finished.push(job);
      else this.#confirm(job, !gone.has(position) || this.#sentBefore.has(job));
    });
    if (reason === undefined) return;
    throw new Error(`${refused.length} jobs cannot be settled, and are tried again: ${reason}`);
  }

  #settled(
    jobs: readonly FinishedJob[],
    call: ScriptCall<Settled>,
    reply: Reply | undefined,
  ): Settled {
    try {
      return resultOf(call, reply);
    } catch (error) {
      // Nobody knows whether it was done. It is safe to repeat.
      for (const job of jobs) this.#sentBefore.add(job);
      this.#finished = [...jobs, ...this.#finished];
      throw error;
    }
  }

  #confirm(job: FinishedJob, owned: boolean): void {
    if (isPutBack(job)) this.#putBack--;
    this.#options.onSettled(job, owned);
  }
}

function isPutBack({ move }: FinishedJob): boolean {
  return move.to === 'queue';
}

/** Whether nothing is to be written about a job, but that it is no longer in progress. */
function isDropped(job: FinishedJob): job is FinishedJob & DroppedJob {
  const { move, notes, raw } = job;
  const isPlain = move.to === 'nowhere' && move.freed === undefined && notes === undefined;
  return isPlain && typeof raw === 'string';
}
