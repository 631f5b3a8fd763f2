import { clearInterval, setInterval } from 'node:timers';
import type { RedisOptions } from 'ioredis';
import { ScriptEngine } from './lua/script-engine.js';
import { MemoryRedisClosedError } from './errors.js';
import { MemoryConnector } from './memory-connector.js';
import { Server } from './server.js';

export interface MemoryRedisOptions {
  /** Returns the time in milliseconds since the epoch, which keys and scripts use; default: the host's clock. */
  readonly now?: (() => number) | undefined;
}

// The interval at which Redis itself looks for expired keys.
const EXPIRE_INTERVAL = 100;

/**
 * A Redis inside this process, for tests: nothing to install, to start or to clean up. It supports the commands that
 * Nestcraft Work uses and runs the same Lua scripts as a real Redis. Any other command is rejected with an error that
 * names it.
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
  /** The options with which ioredis, and anything that accepts ioredis's options, connects to it. */
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

  /** Closes all connections and discards all data. Safe to call twice. */
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
