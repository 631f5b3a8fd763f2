import { setTimeout as sleep } from 'node:timers/promises';
import { jittered } from '../base/loop.js';
import { errorText } from '../errors/error-text.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { redisFault } from '../redis/redis-fault.js';
import { redisReason } from '../redis/redis-problem.js';

export interface StartupOptions {
  readonly connection: RedisConnection;
  /** Must succeed before anything else begins. */
  readonly register: () => Promise<void>;
  /** Done next, in this order. A step that Redis refuses is reported, and does not hold up the others. */
  readonly steps: Readonly<Record<string, () => Promise<unknown>>>;
  /** Starts the actors. */
  readonly start: () => void;
  readonly isStopping: () => boolean;
  /** An attempt, or a step of it, has failed, and for another reason than the last. */
  readonly onError: (where: string, error: unknown) => void;
}

const pause = jittered(500);

/**
 * Brings a pool up, however long that takes.
 *
 * Nothing is fetched before Redis has the pool's heartbeat and its limits. A pool without a heartbeat is taken for dead as
 * soon as it holds a lock, and its jobs run twice. Redis takes both even when its memory is full. Anything else that it
 * refuses can wait, or is not missed: scripts that cannot be loaded are sent in full, and names that cannot be added to the
 * known ones are still this pool's.
 */
export class Startup {
  readonly #options: StartupOptions;
  readonly #reported = new Map<string, string>();
  #refusal: string | undefined;
  /** Resolves when the pool is up, or stops. */
  readonly ended: Promise<void>;
  /** Resolves after the first attempt, successful or not, and as soon as Redis turns out to be out of reach. */
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
      await sleep(pause());
    }
    onAttempted();
  }

  /** Returns whether it has succeeded. */
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
      this.#report('worker_pool.register', error);
      return false;
    }
  }

  async #takeSteps(): Promise<void> {
    for (const [name, step] of Object.entries(this.#options.steps)) {
      try {
        await step();
      } catch (error) {
        if (redisFault(error).code === 'CONNECTION') throw error;
        this.#report(`worker_pool.${name}`, error);
      }
    }
  }

  #report(where: string, error: unknown): void {
    const text = errorText(error);
    if (this.#reported.get(where) === text) return;
    this.#reported.set(where, text);
    this.#options.onError(where, error);
  }
}
