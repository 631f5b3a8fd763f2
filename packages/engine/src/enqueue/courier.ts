import { MOST_BYTES } from '../redis/batches.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { setImmediate } from '../base/timers.js';

/** What is sent with one command. */
export interface Sendable {
  /** In bytes. */
  readonly size: number;
  /** Never rejects: resolves, when it is done, to what went wrong, if anything did. */
  readonly send: () => Promise<unknown>;
  /** It will not be sent, because of `cause`. */
  readonly refuse: (cause: unknown) => void;
}

// Each command has its five seconds from when it is handed to ioredis, so only as much is as Redis and the network get
// through in a fraction of that. The rest waits here, for as long as it takes.
const MOST_COMMANDS = 1_000;

/**
 * Sends things in their order: all of a turn of the event loop in one write, as far as not too much is under way. When
 * Redis no longer answers, what waits is refused, which is then certain.
 */
export class Courier {
  readonly #connection: Pick<RedisConnection, 'ready' | 'inOneWrite'>;
  readonly #waiting: Sendable[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #commands = 0;
  #bytes = 0;
  #starting = false;

  constructor(connection: Pick<RedisConnection, 'ready' | 'inOneWrite'>) {
    this.#connection = connection;
  }

  /** Has it sent at the end of this turn of the event loop, or when there is room. */
  add(thing: Sendable): void {
    this.#waiting.push(thing);
    this.#startSoon();
  }

  /** Resolves when nothing waits and nothing is under way. */
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
      for (const thing of this.#take()) this.#track(this.#send(thing));
    });
  }

  /** The things that there is room for; they count as under way. */
  #take(): Sendable[] {
    let taken = 0;
    for (const thing of this.#waiting) {
      if (!this.#hasRoomFor(thing)) break;
      this.#commands++;
      this.#bytes += thing.size;
      taken++;
    }
    return this.#waiting.splice(0, taken);
  }

  #hasRoomFor({ size }: Sendable): boolean {
    if (this.#commands === 0) return true;
    return this.#commands < MOST_COMMANDS && this.#bytes + size <= MOST_BYTES;
  }

  async #send(thing: Sendable): Promise<void> {
    const { size } = thing;
    const problem = await thing.send();
    this.#commands--;
    this.#bytes -= size;
    if (isTimeout(problem)) this.#refuseWaiting(problem);
    this.#startSoon();
  }

  #refuseWaiting(cause: unknown): void {
    for (const thing of this.#waiting.splice(0)) thing.refuse(cause);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

function isTimeout(problem: unknown): boolean {
  return problem instanceof Error && problem.message === 'Command timed out';
}
