import { unixSeconds } from '../base/clock.js';
import { batches } from '../redis/batches.js';
import { toRaw } from '../redis/raw.js';
import type { QueueReading } from '../scripts/queue-scripts.js';
import { tryParse } from './entries.js';
import { knownJobNames } from './known-job-names.js';
import type { StoreContext } from './store-context.js';

/** The state of a queue. */
export interface QueueStatus {
  /** The name of its jobs. */
  readonly jobName: string;
  /** The number of waiting jobs, without jobs in progress, scheduled jobs and retries. */
  readonly count: number;
  /** How long the next job has waited, in milliseconds, to the second; 0 when none waits. */
  readonly latency: number;
  /** The number of jobs in progress, in all pools. */
  readonly inProgress: number;
  /** The maximum number of concurrently running jobs of the name, in all pools; 0 means no limit. */
  readonly maxConcurrency: number;
  readonly paused: boolean;
  /** The end of the pause; `undefined` for an indefinite pause, or without a pause. */
  readonly pausedUntil: Date | undefined;
}

const NAMES_AT_ONCE = 100;
// The reply of PTTL for a key that does not exist.
const NO_KEY = -2;

/** All queues of the namespace. All methods throw NotConnectedError when Redis is unreachable. */
export class Queues {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Returns every queue that was ever used, in order of name. */
  async list(): Promise<QueueStatus[]> {
    const { connection, keys, scripts } = this.#context;
    const queues: QueueStatus[] = [];
    for (const names of batches(await knownJobNames(connection, keys), NAMES_AT_ONCE)) {
      const readings = await connection.call(scripts.queues.read(names));
      queues.push(...readings.map((reading) => this.#status(reading)));
    }
    return queues;
  }

  #status({ jobName, waiting, next, lock, limit, pause }: QueueReading): QueueStatus {
    return {
      ...{ jobName, count: waiting, latency: this.#latency(next) },
      inProgress: Math.max(0, wholeNumber(lock)),
      maxConcurrency: Math.max(0, wholeNumber(limit)),
      ...this.#pause(pause),
    };
  }

  #latency(next: Buffer | undefined): number {
    if (!next) return 0;
    // The fetch detects an entry that is not a job. `next` is only the beginning of a long entry.
    const enqueuedAt =
      tryParse(toRaw(next))?.enqueuedAt ?? Number(/"t":(\d+)/.exec(next.toString())?.[1] ?? NaN);
    return Number.isNaN(enqueuedAt)
      ? 0
      : Math.max(0, unixSeconds(this.#context.clock) - enqueuedAt) * 1000;
  }

  #pause(pttl: number): Pick<QueueStatus, 'paused' | 'pausedUntil'> {
    return {
      paused: pttl !== NO_KEY,
      pausedUntil: pttl > 0 ? new Date(this.#context.clock.now() + pttl) : undefined,
    };
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  return Number.isInteger(number) ? number : 0;
}
