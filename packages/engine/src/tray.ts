import type { RedisConnection } from './redis/redis-connection.js';
import type { ScriptCall } from './redis/script.js';

/** Items for one script, collected until they are sent together; each succeeds or fails with the script. */
export class Tray<Item, Result> {
  readonly #makeCall: (items: readonly Item[]) => ScriptCall<readonly Result[]>;
  readonly #makeError: (item: Item, cause: unknown) => Error;
  #orders: Order<Item, Result>[] = [];

  /** @param makeError the error for an item of a script that failed because of `cause` */
  constructor(
    makeCall: (items: readonly Item[]) => ScriptCall<readonly Result[]>,
    makeError: (item: Item, cause: unknown) => Error,
  ) {
    this.#makeCall = makeCall;
    this.#makeError = makeError;
  }

  /** Resolves to the item's part of the script's reply, once somebody has sent the tray. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => this.#orders.push({ item, resolve, reject }));
  }

  /** Takes what has been added so far, to be sent; `undefined` if that is nothing. */
  take(): Taken | undefined {
    const orders = this.#orders;
    if (orders.length === 0) return undefined;
    this.#orders = [];
    return {
      send: (connection) => this.#send(orders, connection),
      fail: (cause) => this.#fail(orders, cause),
    };
  }

  async #send(orders: readonly Order<Item, Result>[], connection: RedisConnection): Promise<void> {
    for (let start = 0; start < orders.length; start += MAX_ITEMS) {
      const some = orders.slice(start, start + MAX_ITEMS);
      try {
        const results = await connection.call(this.#makeCall(some.map(({ item }) => item)));
        for (const [index, { resolve }] of some.entries()) resolve(results[index] as Result);
      } catch (error) {
        this.#fail(some, error);
      }
    }
  }

  #fail(orders: readonly Order<Item, Result>[], cause: unknown): void {
    for (const { item, reject } of orders) reject(this.#makeError(item, cause));
  }
}

interface Taken {
  readonly send: (connection: RedisConnection) => Promise<void>;
  readonly fail: (cause: unknown) => void;
}

interface Order<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

// A script blocks Redis for everybody, and takes no more than some thousand arguments well.
const MAX_ITEMS = 1_000;
