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
  /** Done next, in this order. If Redis refuses a step, the refusal is reported and the next step follows. */
  readonly steps: Readonly<Record<string, () => Promise<unknown>>>;
  /** Starts the actors. */
  readonly start: () => void;
  readonly isStopping: () => boolean;
  /** Called when an attempt or one of its steps has failed for a reason that differs from the last. */
  readonly onError: (where: string, error: unknown) => void;
}

const pause = jittered(500);

/**
 * Starts a pool, however long that takes.
 *
 * The pool fetches nothing before Redis has its heartbeat and its limits. Other pools take a pool without a heartbeat for
 * dead as soon as it holds a lock, and its jobs run twice. Redis accepts both even when its memory is full. Other refusals
 * can wait or do not matter: scripts that cannot be loaded are sent in full, and the pool handles its names even if they
 * cannot be added to the known ones.
 */
export class Startup {
  readonly #options: StartupOptions;
  readonly #reported = new Map<string, string>();
  #refusal: string | undefined;
  /** Resolves when the pool is up or stops. */
  readonly ended: Promise<void>;
  /** Resolves after the first attempt, successful or not, or as soon as Redis proves unreachable. */
  readonly attempted: Promise<void>;

  constructor(options: StartupOptions) {
    this.#options = options;
    let onAttempted: () => void = () => undefined;
    this.attempted = new Promise((resolve) => (onAttempted = resolve));
    options.connection.once('down', onAttempted);
    this.ended = this.#bringUp(onAttempted);
  }

  /** The reason why the last attempt failed; `undefined` if it did not fail. */
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

  /** Makes one attempt. Returns whether it succeeded. */
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
