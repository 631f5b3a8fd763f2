import type { Paced } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { WakeBudget } from '../dispatch/wake-budget.js';

export interface CancelWatcherOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  /** Runs `work` while nothing is being fetched or settled. */
  readonly between: (work: () => Promise<void>) => Promise<void>;
  /** The ids of the jobs that the pool runs. */
  readonly running: () => readonly string[];
  /** Whether the waker hears of changes to the marks. */
  readonly isWatching: () => boolean;
  /** The jobs of these ids are to end. */
  readonly onCancelled: (jobIds: ReadonlySet<string>) => void;
}

// With a waker, looks of the watcher's own are only a safeguard.
const TICK = 1_000;
const SAFETY_POLL = 10_000;
// Jobs that are cancelled together share a look.
const SPACING = 20;
const FRUITLESS_LOOKS = { burst: 50, perSecond: 2 };

/**
 * Learns which of the pool's running jobs were cancelled. Whoever cancels a job marks its id in Redis, where the pool
 * watches the marks: as long as nobody cancels anything, that costs nothing. The fetch itself finds the jobs that are marked
 * before they start; the watcher looks between two fetches, so that each job is seen by one or the other.
 */
export class CancelWatcher implements Paced {
  readonly #options: CancelWatcherOptions;
  readonly #budget = new WakeBudget(FRUITLESS_LOOKS);

  constructor(options: CancelWatcherOptions) {
    this.#options = options;
  }

  get spacing(): number {
    return Math.max(SPACING, this.#budget.wait);
  }

  async tick(): Promise<number> {
    await this.look();
    return this.#options.isWatching() ? SAFETY_POLL : TICK;
  }

  /** One look. */
  async look(): Promise<void> {
    const { connection, scripts, between, running, isWatching, onCancelled } = this.#options;
    await connection.ready();
    await between(async () => {
      const marked = await connection.call(scripts.jobs.marked(running(), isWatching()));
      if (marked.size === 0) {
        this.#budget.foundNothing();
        return;
      }
      this.#budget.found();
      onCancelled(marked);
    });
  }
}
