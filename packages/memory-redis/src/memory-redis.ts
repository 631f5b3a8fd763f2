import { clearInterval, setInterval } from 'node:timers';
import type { RedisOptions } from 'ioredis';
import { ScriptEngine } from './lua/script-engine.js';
import { MemoryRedisClosedError } from './errors.js';
import { MemoryConnector } from './memory-connector.js';
import { Server } from './server.js';

export interface MemoryRedisOptions {
  /** The time in milliseconds since the epoch, by which keys expire and scripts decide; default the host's clock. */
  readonly now?: (() => number) | undefined;
}

// As often as Redis itself looks for keys that have expired.
const EXPIRE_INTERVAL = 100;

/**
 * A Redis inside this process, for tests: nothing to install, to start or to clean up. It has the commands that
 * Nestcraft Work uses, and runs the same Lua scripts as a real Redis does. Anything else is refused by name.
 *
 * @example
 * ```ts
 * const memory = new MemoryRedis();
 * const redis = new Redis(memory.options);
 * await redis.set('greeting', 'hello');
 * await memory.close();
 * ```
 */
export class MemoryRedis {
  /** What ioredis, and whatever takes ioredis's options, is given to reach it. */
  readonly options: RedisOptions;
  readonly #now: () => number;
  #server: Promise<Server> | undefined;
  #expiring: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ now = Date.now }: MemoryRedisOptions = {}) {
    this.#now = now;
    const open = (): Promise<Server> => this.#open();
    this.options = {
      protocol: 2,
      Connector: class extends MemoryConnector {
        protected override server(): Promise<Server> {
          return open();
        }
      },
    };
  }

  /** Ends all connections and forgets everything. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#server;
    this.#server = undefined;
    const server = await opening;
    clearInterval(this.#expiring);
    server?.close();
  }

  #open(): Promise<Server> {
    if (this.#isClosed) return Promise.reject(new MemoryRedisClosedError());
    this.#server ??= this.#start();
    return this.#server;
  }

  async #start(): Promise<Server> {
    const server = new Server(this.#now, await ScriptEngine.open());
    this.#expiring = setInterval(() => server.keyspace.expire(), EXPIRE_INTERVAL).unref();
    return server;
  }
}
