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

/** An application's own knowledge of job names. */
export interface KnownJobs {
  /** Returns the names that the application handles, in this process or another. They are never checked. */
  readonly names: () => Iterable<string>;
  /** Returns a sentence to add to the warning about a name that no pool handles. */
  readonly hint?: ((jobName: string) => string | undefined) | undefined;
}

export interface NameWatchOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly known: KnownJobs | undefined;
  /** The delay between the first job of a name and the check, in milliseconds; default 2000. */
  readonly patience?: number | undefined;
}

// In milliseconds. By then, a pool that starts together with the enqueuer is registered.
const PATIENCE = 2_000;
// Names are few. An application that generates names must fill neither the memory nor the log.
const MAX_NAMES = 1_000;
const MAX_WARNINGS = 20;

/**
 * Warns about enqueued names that no running pool handles, which are usually misspelled. It checks each name once, some
 * time after its first job, unless the application or an earlier check already knows it.
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

  /** Notes that a job of this name is enqueued. */
  note(jobName: string): void {
    if (this.#seen.size >= MAX_NAMES || this.#seen.has(jobName)) return;
    this.#seen.add(jobName);
    this.#waiting.push(jobName);
    const { patience = PATIENCE } = this.#options;
    this.#timer ??= setTimeout(() => void this.#look(), patience).unref();
  }

  /** Stops all checks. */
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
      // The warning is only a hint. The calls that enqueue report why Redis does not answer.
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
      `No running pool handles "${jobName}". Its jobs wait until one does.`,
      hint ?? didYouMean(jobName, [...this.#own(), ...this.#handled]),
      this.#warnings === MAX_WARNINGS ? 'Further names like it are not reported.' : undefined,
    ];
    this.#options.logger.warn(parts.filter((part) => part !== undefined).join(' '));
  }
}
