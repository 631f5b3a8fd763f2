import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'ioredis';
import { clearTimeout, performance, setTimeout } from '../base/timers.js';
import { replyCode } from '../errors/redis-reply.js';

const REFUSALS = new Set(['ASK', 'TRYAGAIN', 'MOVED']);
const PAUSE = 50;

export interface MovingSlotOptions {
  /** The maximum duration of a command, in milliseconds since it was first sent. */
  readonly timeout: number;
  /** Resolves when commands can be sent. */
  readonly ready: () => Promise<void>;
  readonly send: (command: Command) => void;
}

/**
 * Bridges the move of a Cluster slot to another node. Commands rejected because of the move have had no effect; they
 * are sent again until they are accepted or their time is up.
 *
 * Excludes commands of a transaction, and watched reads: the CLIENT CACHING command before a read applies to the next
 * command only.
 */
export class MovingSlot {
  readonly #options: MovingSlotOptions;
  readonly #sentAt = new WeakMap<Command, number>();
  #watched = false;

  constructor(options: MovingSlotOptions) {
    this.#options = options;
  }

  sent(command: Command): void {
    const isWatched = this.#watched;
    this.#watched = command.name === 'CLIENT' && command.args[0] === 'CACHING';
    if (isWatched || command.inTransaction || this.#sentAt.has(command)) return;
    this.#sentAt.set(command, performance.now());
  }

  /** Returns whether it takes over the command. */
  takes(command: Command, error: Error): boolean {
    const sentAt = this.#sentAt.get(command);
    if (sentAt === undefined || !REFUSALS.has(replyCode(error.message))) return false;
    const pause = Math.min(PAUSE, this.#options.timeout / 10);
    const lastTry = sentAt + this.#options.timeout - 2 * pause;
    if (performance.now() + pause > lastTry) return false;
    void this.#sendAgain(command, error, pause, lastTry);
    return true;
  }

  async #sendAgain(command: Command, error: Error, pause: number, lastTry: number): Promise<void> {
    // The command's own timer would report an unknown effect for a rejected command.
    const timer = setTimeout(() => command.reject(error), lastTry - performance.now());
    await sleep(pause);
    const isReady = await this.#options.ready().then(
      () => true,
      () => false,
    );
    clearTimeout(timer);
    if (command.isSettled) return;
    if (isReady && performance.now() < lastTry) this.#options.send(command);
    else command.reject(error);
  }
}
