import { MAX_BYTES } from '../redis/batches.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { setImmediate } from '../base/timers.js';

/** A command that is ready to be sent. */
export interface Sendable {
  /** The command's size in bytes. */
  readonly size: number;
  /** Sends the command. Never rejects: resolves to the error, or to `undefined`, once Redis has answered. */
  readonly send: () => Promise<unknown>;
  /** Called instead of `send` when `cause` keeps the command from being sent. */
  readonly refuse: (cause: unknown) => void;
}

// A command's five seconds start when ioredis gets it. So ioredis gets only as many commands as Redis and the network can
// handle in a fraction of that time. The rest waits here for as long as necessary.
const MAX_COMMANDS = 1_000;

/**
 * Sends commands in order. All commands of one turn of the event loop share one write, unless too much is already in
 * flight. When Redis no longer answers, the waiting commands are refused, because they were certainly not sent.
 */
export class BatchSender {
  readonly #connection: Pick<RedisConnection, 'ready' | 'inOneWrite'>;
  readonly #waiting: Sendable[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #commands = 0;
  #bytes = 0;
  #starting = false;

  constructor(connection: Pick<RedisConnection, 'ready' | 'inOneWrite'>) {
    this.#connection = connection;
  }

  /** Sends the command at the end of this turn of the event loop, or as soon as there is room. */
  add(command: Sendable): void {
    this.#waiting.push(command);
    this.#startSoon();
  }

  /** Resolves when no command waits or is in flight. */
  async idle(): Promise<void> {
    while (this.#waiting.length > 0 || this.#underWay.size > 0) {
      await (this.#underWay.size > 0 ? Promise.all(this.#underWay) : new Promise(setImmediate));
    }
  }

  #startSoon(): void {
    const [next] = this.#waiting;
    if (this.#starting || !next || !this.#hasRoomFor(next)) return;
    this.#starting = true;
    setImmediate(() => this.#track(this.#start()));
  }

  async #start(): Promise<void> {
    try {
      await this.#connection.ready();
    } catch (error) {
      this.#refuseWaiting(error);
      return;
    } finally {
      this.#starting = false;
    }
    this.#connection.inOneWrite(() => {
      for (const command of this.#take()) this.#track(this.#send(command));
    });
  }

  /** Takes as many waiting commands as there is room for. They count as in flight from now on. */
  #take(): Sendable[] {
    let taken = 0;
    for (const command of this.#waiting) {
      if (!this.#hasRoomFor(command)) break;
      this.#commands++;
      this.#bytes += command.size;
      taken++;
    }
    return this.#waiting.splice(0, taken);
  }

  #hasRoomFor({ size }: Sendable): boolean {
    if (this.#commands === 0) return true;
    return this.#commands < MAX_COMMANDS && this.#bytes + size <= MAX_BYTES;
  }

  async #send(command: Sendable): Promise<void> {
    const { size } = command;
    const problem = await command.send();
    this.#commands--;
    this.#bytes -= size;
    if (isTimeout(problem)) this.#refuseWaiting(problem);
    this.#startSoon();
  }

  #refuseWaiting(cause: unknown): void {
    for (const command of this.#waiting.splice(0)) command.refuse(cause);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

function isTimeout(problem: unknown): boolean {
  return problem instanceof Error && problem.message === 'Command timed out';
}
