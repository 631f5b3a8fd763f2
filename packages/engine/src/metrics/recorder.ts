import { Loop } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { ALL_NAMES } from './metrics.js';
import { Tally, type RunResult } from './tally.js';

export interface RecorderOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two writes; default 10000. */
  readonly interval?: number;
}

const DEFAULT_INTERVAL = 10_000;
/** More job names than this are counted as one, so that the cost is bounded. */
export const MAX_NAMES = 500;
export const OTHER_NAMES = '(other)';

/**
 * Counts what the pool's jobs do, in memory, and adds it to the counters in Redis from time to time: what a write that
 * fails has to add is added by the next. A process that dies loses the last seconds of its counts, and nothing else.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #loop: Loop;
  readonly #names = new Set<string>();
  #tallies = new Map<string, Tally>();

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
    (this.#tallies.get(jobName) ?? this.#newTally(jobName)).record(result, duration, wait);
  }

  /** One write of what was counted since the last. */
  async flush(): Promise<void> {
    if (this.#tallies.size === 0) return;
    const { connection, scripts } = this.#options;
    await connection.ready();
    const tallies = this.#tallies;
    this.#tallies = new Map();
    try {
      await connection.call(scripts.metrics.record(withTotal(tallies)));
    } catch (error) {
      for (const [jobName, tally] of tallies) {
        (this.#tallies.get(jobName) ?? this.#newTally(jobName)).add(tally);
      }
      throw error;
    }
  }

  #newTally(jobName: string): Tally {
    const isKnown = this.#names.has(jobName) || this.#names.size < MAX_NAMES;
    const name = isKnown ? jobName : OTHER_NAMES;
    if (isKnown) this.#names.add(jobName);
    const tally = this.#tallies.get(name) ?? new Tally();
    this.#tallies.set(name, tally);
    return tally;
  }
}

function withTotal(tallies: ReadonlyMap<string, Tally>): Map<string, Tally> {
  const total = new Tally();
  for (const tally of tallies.values()) total.add(tally);
  return new Map([...tallies, [ALL_NAMES, total]]);
}
