import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { ALL_NAMES } from './metrics.js';
import { Tally, type RunResult } from './tally.js';

export interface RecorderOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
}

/** More job names than this are counted as one, so that the cost is bounded. */
export const MAX_NAMES = 500;
export const OTHER_NAMES = '(other)';

/**
 * Counts what the pool's jobs do, in memory, and adds that to the counters in Redis with each flush. What a flush that fails
 * could not add is added by the next. A process that dies loses the counts of its last seconds, and nothing else.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #names = new Set<string>();
  #tallies = new Map<string, Tally>();

  constructor(options: RecorderOptions) {
    this.#options = options;
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

  /** Writes the counts since the last flush. */
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
