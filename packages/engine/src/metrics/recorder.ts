import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { ALL_NAMES } from './metrics.js';
import { Tally, type RunResult } from './tally.js';

export interface RecorderOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
}

/** Job names beyond this number are counted as one, which bounds the cost. */
export const MAX_NAMES = 500;
export const OTHER_NAMES = '(other)';

/**
 * Counts the runs of the pool's jobs in memory. Each flush adds the counts to those in Redis. The next flush adds the counts
 * of a failed one. A process that dies loses only the counts of its last seconds.
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
   * @param duration the duration of the run, in milliseconds
   * @param wait the wait of the job in its queue, in milliseconds
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
