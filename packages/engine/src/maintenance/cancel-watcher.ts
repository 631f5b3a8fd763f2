import { Loop } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { WakeBudget } from '../dispatch/wake-budget.js';

export interface CancelWatcherOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  /** Has `work` run while nothing is being fetched or settled. */
  readonly between: (work: () => Promise<void>) => Promise<void>;
  /** The ids of the jobs that the pool runs. */
  readonly running: () => readonly string[];
  /** Whether the waker hears of changes to the marks. */
  readonly isWatching: () => boolean;
  /** The jobs of these ids are to end. */
  readonly onCancelled: (jobIds: ReadonlySet<string>) => void;
  readonly onError: (error: unknown) => void;
}

// With the waker it is only what happens when nobody wakes us.
const TICK = 1_000;
const SAFETY_POLL = 10_000;
// Jobs that are cancelled in swarms share a look.
const SPACING = 20;
const FRUITLESS_LOOKS = { burst: 50, perSecond: 2 };

/**
 * Learns which of the pool's running jobs were cancelled. Who cancels a job marks its id in Redis, where the marks are
 * watched: while nobody cancels anything, nothing is done for it. Jobs that are marked when they are fetched are told
 * by the fetch itself; it looks between two fetches, so that each job is seen by the one or the other.
 */
export class CancelWatcher {
  readonly #options: CancelWatcherOptions;
  readonly #loop: Loop;
  readonly #budget = new WakeBudget(FRUITLESS_LOOKS);

  constructor(options: CancelWatcherOptions) {
    this.#options = options;
    const { isWatching, onError } = options;
    this.#loop = new Loop({
      round: async () => {
        await this.look();
        return isWatching() ? SAFETY_POLL : TICK;
      },
      afterError: TICK,
      spacing: () => Math.max(SPACING, this.#budget.wait),
      onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** The marks have changed: look again. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
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
