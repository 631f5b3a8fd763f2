import { Loop } from '../loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../redis/scripts.js';
import { bucketOf } from './histogram.js';

export interface RecorderOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two writes; default 10000. */
  readonly interval?: number;
}

/** How a run ended: `dead` is a failure, too, and is counted as both. */
export type RunResult = 'done' | 'failed' | 'dead';

const DEFAULT_INTERVAL = 10_000;
/** More job names than this are counted as one, so that the cost is bounded. */
const MAX_NAMES = 500;
export const OTHER_NAMES = '(other)';

/**
 * Counts what the pool's jobs do, in memory, and adds it to the counters in Redis from time to time: what a write that
 * fails has to add is added by the next. A process that dies loses the last seconds of its counts, and nothing else.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #loop: Loop;
  readonly #names = new Set<string>();
  #counts = new Map<string, number>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { interval = DEFAULT_INTERVAL, onError } = options;
    this.#loop = new Loop({
      round: async () => {
        await this.flush();
        return interval;
      },
      afterError: interval,
      onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Writes what is left, and ends. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    if (this.#options.connection.isUp) await this.flush();
  }

  /**
   * Counts a run.
   *
   * @param duration milliseconds that it took
   * @param wait milliseconds for which the job waited in its queue
   */
  record(jobName: string, result: RunResult, duration: number, wait: number): void {
    const name = this.#nameFor(jobName);
    this.#add(`${result === 'done' ? 'done' : 'failed'}|${name}`, 1);
    if (result === 'dead') this.#add(`dead|${name}`, 1);
    this.#add(`time|${name}`, Math.round(duration));
    this.#add(`run${bucketOf(duration)}|${name}`, 1);
    this.#add(`wait${bucketOf(wait)}|${name}`, 1);
  }

  /** One write of what was counted since the last. */
  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const { connection, scripts } = this.#options;
    await connection.ready();
    const counts = this.#counts;
    this.#counts = new Map();
    try {
      await connection.call(scripts.record(counts));
    } catch (error) {
      for (const [field, count] of counts) this.#add(field, count);
      throw error;
    }
  }

  #nameFor(jobName: string): string {
    if (this.#names.has(jobName)) return jobName;
    if (this.#names.size >= MAX_NAMES) return OTHER_NAMES;
    this.#names.add(jobName);
    return jobName;
  }

  #add(field: string, count: number): void {
    this.#counts.set(field, (this.#counts.get(field) ?? 0) + count);
  }
}
