import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../errors/error-text.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { redisFault } from '../redis/redis-fault.js';
import { redisReason } from '../redis/redis-problem.js';

export interface StartupOptions {
  readonly connection: RedisConnection;
  /** Without which nothing may begin. */
  readonly register: () => Promise<void>;
  /** What comes next, in this order. One that Redis refuses is told, and keeps nothing else from being done. */
  readonly steps: Readonly<Record<string, () => Promise<unknown>>>;
  /** Sets everybody to work. */
  readonly start: () => void;
  readonly isStopping: () => boolean;
  /** An attempt, or a step of it, has failed, for another reason than the last. */
  readonly onError: (where: string, error: unknown) => void;
}

const PAUSE = 500;

/**
 * Brings a pool up, however long that takes.
 *
 * Nothing is fetched before the pool has a heartbeat in Redis: a pool without one is taken for dead as soon as it stands
 * in a lock, and its jobs run twice. Nor before its limits are there. Both are written even when Redis's memory is full. What
 * else is refused can wait, or is missed by nobody: scripts that cannot be loaded are sent in full, and names that cannot be
 * added to the known ones are still this pool's.
 */
export class Startup {
  readonly #options: StartupOptions;
  readonly #told = new Map<string, string>();
  #refusal: string | undefined;
  /** Resolves when the pool is up, or stops. */
  readonly ended: Promise<void>;
  /** Resolves after the first attempt, whatever came of it, and as soon as Redis turns out to be out of reach. */
  readonly attempted: Promise<void>;

  constructor(options: StartupOptions) {
    this.#options = options;
    let onAttempted: () => void = () => undefined;
    this.attempted = new Promise((resolve) => (onAttempted = resolve));
    options.connection.once('down', onAttempted);
    this.ended = this.#bringUp(onAttempted);
  }

  /** Why the last attempt failed; `undefined` when it has not. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  async #bringUp(onAttempted: () => void): Promise<void> {
    while (!this.#options.isStopping() && !(await this.#attempt())) {
      onAttempted();
      await sleep(PAUSE * (0.75 + Math.random() / 2));
    }
    onAttempted();
  }

  /** Returns whether it is to be the last. */
  async #attempt(): Promise<boolean> {
    const { register, isStopping, start } = this.#options;
    try {
      await register();
      await this.#takeSteps();
      if (!isStopping()) start();
      this.#refusal = undefined;
      return true;
    } catch (error) {
      this.#refusal = redisReason(error);
      this.#tell('worker_pool.register', error);
      return false;
    }
  }

  async #takeSteps(): Promise<void> {
    for (const [name, step] of Object.entries(this.#options.steps)) {
      try {
        await step();
      } catch (error) {
        if (redisFault(error).code === 'CONNECTION') throw error;
        this.#tell(`worker_pool.${name}`, error);
      }
    }
  }

  #tell(where: string, error: unknown): void {
    const text = errorText(error);
    if (this.#told.get(where) === text) return;
    this.#told.set(where, text);
    this.#options.onError(where, error);
  }
}
