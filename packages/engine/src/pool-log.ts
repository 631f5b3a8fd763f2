import type { Logger } from './logger.js';
import { redisFault } from './redis/redis-fault.js';
import type { FinishedJob } from './finished-job.js';

// One line a second for each place is enough to see that it keeps failing.
const QUIET = 1_000;
const LONG_QUIET = 60_000;

/** What a pool writes to its logger: every fault with the place it came from, but no flood. */
export class PoolLog {
  readonly #logger: Logger;
  readonly #lastAt = new Map<string, number>();
  /** While Redis is out of reach: what was told of it last, and when each line was told. */
  #downWhy: string | undefined;
  readonly #toldAt = new Map<string, number>();
  #upTimer: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** An error that was survived, such as `dispatcher.dispatch`. Those of a lost connection are told once, by `down`. */
  error(where: string, error: unknown): void {
    const { code, remedy } = redisFault(error);
    if (code === 'CONNECTION' || remedy === 'reconnect') return;
    const now = performance.now();
    if (now - (this.#lastAt.get(where) ?? -Infinity) < QUIET) return;
    this.#lastAt.set(where, now);
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.#logger.error(`${where}: ${message}`, stack);
  }

  /** A job's run has ended; success is no news. */
  settled({ jobName, entry, fate, error }: FinishedJob, owned: boolean): void {
    if (owned && fate.kind === 'done') return;
    const job = `Job "${jobName}"${entry ? ` (${entry.id})` : ''}`;
    if (!owned) {
      this.#logger.warn(`${job} was taken over by another pool while it ran here`);
    } else if (fate.kind === 'cancelled') {
      this.#logger.log(`${job} was cancelled`);
    } else if (fate.kind === 'retry') {
      const { fails, error: reason } = fate.failure;
      this.#logger.warn(`${job} failed (${fails}), runs again in ${fate.delay} s: ${reason}`);
    } else if (fate.kind === 'dead' || fate.kind === 'dropped') {
      const { fails, error: reason } = fate.failure;
      const stack = error instanceof Error ? error.stack : undefined;
      this.#logger.error(`${job} failed (${fails}) and is ${fate.kind}: ${reason}`, stack);
    }
  }

  warn(message: string): void {
    this.#logger.warn(message);
  }

  /** Redis is out of reach; told once until `up`, and again for another reason, but not over and over where reasons alternate. */
  down(reason: Error | undefined): void {
    clearTimeout(this.#upTimer);
    const why = reason ? ` (${reason.message})` : '';
    const isNew = why !== this.#downWhy && (this.#downWhy === undefined || why !== '');
    if (!isNew || !this.#mayTell(`down${why}`)) return;
    this.#downWhy = why;
    this.#logger.warn(`Redis is out of reach${why}; the worker pool goes on trying`);
  }

  /** One line a second, and of one reason one a minute. */
  #mayTell(line: string): boolean {
    const now = performance.now();
    if (this.#downWhy === undefined) this.#toldAt.clear();
    const at = Math.max(...this.#toldAt.values());
    const isSoon = now - at < QUIET || now - (this.#toldAt.get(line) ?? -Infinity) < LONG_QUIET;
    if (!isSoon) this.#toldAt.set(line, now);
    return !isSoon;
  }

  /** Redis is back; told when it has stayed for a second: where connections are made only to be lost, that is no news. */
  up(): void {
    if (this.#downWhy === undefined) return;
    clearTimeout(this.#upTimer);
    this.#upTimer = setTimeout(() => {
      this.#downWhy = undefined;
      this.#logger.log('Redis is back; the worker pool goes on');
    }, QUIET).unref();
  }
}
