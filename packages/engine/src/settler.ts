import { resultOf, type Reply, type Request } from './redis/redis-connection.js';
import { redisFault } from './redis/redis-fault.js';
import type { ScriptCall } from './redis/script.js';
import type { Scripts } from './redis/scripts.js';
import type { DroppedJob } from './redis/scripts/running-scripts.js';
import type { FinishedJob } from './finished-job.js';

export interface SettlerOptions {
  readonly poolId: string;
  readonly scripts: Scripts;
  /** A job's fate is written; or, if not `owned`, somebody else had taken the job and nothing was. */
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
}

// Scripts block Redis for everybody: no single one shall take more than some milliseconds.
const MAX_BATCH = 500;
// Nor be sent more than this, in bytes or characters: neither strings nor Redis's arguments may be as long as they like.
const MAX_SIZE = 16 * 1024 * 1024;

/** Keeps finished jobs until Redis has confirmed what became of them. */
export class Settler {
  readonly #options: SettlerOptions;
  #finished: FinishedJob[] = [];
  /** Jobs whose settling was sent before: that they are no longer in progress says nothing about them. */
  readonly #sentBefore = new WeakSet<FinishedJob>();
  #limit = MAX_BATCH;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** The finished jobs that Redis has not confirmed yet, but for those of a request that is under way. */
  get unsettled(): readonly FinishedJob[] {
    return this.#finished;
  }

  add(job: FinishedJob): void {
    this.#finished.push(job);
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

  #request(jobs: readonly FinishedJob[], call: ScriptCall<number[]>): Request {
    return { call, onReply: (reply) => this.#onReply(jobs, call, reply) };
  }

  #take(): readonly FinishedJob[] {
    let [count, size] = [0, 0];
    for (const { raw } of this.#finished) {
      if (count === this.#limit || size > MAX_SIZE) break;
      count++;
      size += raw.length;
    }
    return this.#finished.splice(0, count);
  }

  #onReply(
    jobs: readonly FinishedJob[],
    call: ScriptCall<number[]>,
    reply: Reply | undefined,
  ): void {
    let positions: number[];
    try {
      positions = resultOf(call, reply);
    } catch (error) {
      this.#again(jobs, error);
      throw error;
    }
    this.#limit = MAX_BATCH;
    const gone = new Set(positions);
    jobs.forEach((job, position) => {
      this.#options.onSettled(job, !gone.has(position) || this.#sentBefore.has(job));
    });
  }

  /** Settling is safe to repeat. One that Redis refuses for its own sake must not hold up the others. */
  #again(jobs: readonly FinishedJob[], error: unknown): void {
    for (const job of jobs) this.#sentBefore.add(job);
    const refused = redisFault(error).remedy === 'alert';
    if (refused) this.#limit = 1;
    this.#finished = refused ? [...this.#finished, ...jobs] : [...jobs, ...this.#finished];
  }
}

/** Whether nothing is to be written about a job, but that it is no longer in progress. */
function isDropped(job: FinishedJob): job is FinishedJob & DroppedJob {
  const { move, notes, raw } = job;
  const isPlain = move.to === 'nowhere' && move.freed === undefined && notes === undefined;
  return isPlain && typeof raw === 'string';
}
