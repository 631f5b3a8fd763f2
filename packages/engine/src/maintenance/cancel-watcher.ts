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
  /** Whether the waker receives changes of the marks. */
  readonly isWatching: () => boolean;
  /** Called with the ids of the jobs that must end. */
  readonly onCancelled: (jobIds: ReadonlySet<string>) => void;
}

// With a waker, the watcher's own checks are only a safeguard.
const TICK = 1_000;
const SAFETY_POLL = 10_000;
// Jobs that are cancelled together share a check.
const SPACING = 20;
const FRUITLESS_LOOKS = { burst: 50, perSecond: 2 };

/**
 * Finds the pool's running jobs that were cancelled. Cancelling a job marks its id in Redis, and the pool watches the marks,
 * which costs nothing while no job is cancelled. The fetch itself finds the jobs that are marked before they start. The
 * watcher checks between two fetches, so that one or the other finds each job.
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

  /** Checks once. */
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
