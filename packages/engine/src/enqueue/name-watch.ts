import { didYouMean } from '../options/closest.js';
import { Fleet } from '../stores/fleet.js';
import type { Clock } from '../base/clock.js';
import { handledNames } from '../stores/handled-names.js';
import type { Logger } from '../logging/logger.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

/** What an application knows of job names by itself. */
export interface KnownJobs {
  /** The names that it handles, in this process or another one: no pool is looked for. */
  readonly names: () => Iterable<string>;
  /** What more is to be said of a name that nobody handles, as a sentence. */
  readonly hint?: ((jobName: string) => string | undefined) | undefined;
}

export interface NameWatchOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly known: KnownJobs | undefined;
  /** Milliseconds between the first job of a name and the look; default 2000. */
  readonly patience?: number | undefined;
}

// A pool that starts together with whoever enqueues is there by then. In milliseconds.
const PATIENCE = 2_000;
// Names are few. An application that makes them up as it goes must fill neither the memory nor the log.
const MAX_NAMES = 1_000;
const MAX_WARNINGS = 20;

/**
 * Warns of names that are enqueued, and that no running pool handles: misspelt ones, as a rule. It looks once for each
 * name, some time after that was enqueued first, and only where neither the application nor an earlier look knows it.
 */
export class NameWatch {
  readonly #options: NameWatchOptions;
  readonly #fleet: Fleet;
  readonly #seen = new Set<string>();
  #waiting: string[] = [];
  #handled: ReadonlySet<string> = new Set();
  #warnings = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NameWatchOptions) {
    const { connection, keys, clock } = options;
    this.#options = options;
    this.#fleet = new Fleet({ connection, keys, scripts: new Scripts(keys, clock) });
  }

  /** A job of this name is enqueued. */
  note(jobName: string): void {
    if (this.#seen.size >= MAX_NAMES || this.#seen.has(jobName)) return;
    this.#seen.add(jobName);
    this.#waiting.push(jobName);
    const { patience = PATIENCE } = this.#options;
    this.#timer ??= setTimeout(() => void this.#look(), patience).unref();
  }

  /** Nothing is looked for any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const unknown = this.#unknown(waiting);
      if (unknown.length === 0) return;
      const [pools, now] = await Promise.all([
        this.#fleet.heartbeats(),
        decidingTime(this.#options),
      ]);
      this.#handled = handledNames(pools, now);
      for (const name of this.#unknown(unknown)) this.#warn(name);
    } catch {
      // It would have been a hint. What keeps Redis from answering is told by the calls that enqueue.
    }
  }

  #unknown(jobNames: readonly string[]): string[] {
    const own = this.#own();
    return jobNames.filter((name) => !own.has(name) && !this.#handled.has(name));
  }

  #own(): ReadonlySet<string> {
    return new Set(this.#options.known?.names());
  }

  #warn(jobName: string): void {
    if (this.#warnings++ >= MAX_WARNINGS) return;
    const hint = this.#options.known?.hint?.(jobName);
    const parts = [
      `No running pool handles "${jobName}": its jobs wait until one does.`,
      hint ?? didYouMean(jobName, [...this.#own(), ...this.#handled]),
      this.#warnings === MAX_WARNINGS ? 'Of other such names nothing is said any more.' : undefined,
    ];
    this.#options.logger.warn(parts.filter((part) => part !== undefined).join(' '));
  }
}
