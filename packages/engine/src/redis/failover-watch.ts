import type { RedisOptions } from 'ioredis';
import { setTimeout } from '../base/timers.js';
import type { GuardedRedis } from './guarded-redis.js';
import { isSameAddress, type NodeAddress } from './node-address.js';
import type { SentinelMaster } from './sentinel-master.js';

const CHANNEL = '+switch-master';
const DEFAULT_MAX_CONNECTIONS = 10;
const KEEP_ALIVE = 10_000;
const PAUSE = 1_000;
// The time in which a Sentinel usually accepts a subscription.
const MAX_WAIT = 500;

/**
 * Listens to the Sentinels, and reports when another server has become the master. A former master that was suspended and
 * comes back would otherwise keep its connections, and take writes that are lost.
 */
export class FailoverWatch {
  readonly #master: SentinelMaster;
  readonly #onSwitch: () => void;
  readonly #options: RedisOptions;
  readonly #connections = new Map<string, GuardedRedis>();

  /** @param options of the connection to the master */
  constructor(master: SentinelMaster, options: RedisOptions, onSwitch: () => void) {
    this.#master = master;
    this.#options = options;
    this.#onSwitch = onSwitch;
  }

  /**
   * Subscribes at all known Sentinels that it does not listen to yet. Resolves when one has accepted that, or after half a
   * second.
   */
  cover(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, MAX_WAIT).unref();
      for (const sentinel of this.#master.sentinels) {
        // An outage of one Sentinel is no outage of Redis.
        this.#subscribe(sentinel).then(resolve, () => undefined);
      }
    });
  }

  end(): void {
    for (const redis of this.#connections.values()) redis.disconnect();
    this.#connections.clear();
  }

  async #subscribe(sentinel: NodeAddress): Promise<void> {
    const { sentinelMaxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options;
    const key = `${sentinel.host}:${sentinel.port}`;
    const known = this.#connections.get(key);
    if (!known && this.#connections.size >= sentinelMaxConnections) throw new Error('enough');
    const redis = known ?? this.#open(sentinel);
    this.#connections.set(key, redis);
    if (!known) redis.on('end', () => this.#again(sentinel, key, redis));
    await redis.subscribe(CHANNEL);
  }

  /** Listens again to a Sentinel that was lost. ioredis would keep the process alive while it waits. */
  #again(sentinel: NodeAddress, key: string, redis: GuardedRedis): void {
    if (this.#connections.get(key) !== redis) return; // The watch has ended.
    setTimeout(() => {
      if (this.#connections.get(key) !== redis) return;
      this.#connections.delete(key);
      this.#subscribe(sentinel).catch(() => undefined);
    }, PAUSE).unref();
  }

  #open(sentinel: NodeAddress): GuardedRedis {
    const { connectTimeout } = this.#options;
    const redis = this.#master.open(sentinel, {
      ...(connectTimeout !== undefined && { connectTimeout }),
      ...{ retryStrategy: () => null, keepAlive: KEEP_ALIVE },
    });
    redis.on('error', () => undefined);
    // The connection to Redis decides how long the process lives.
    redis.on('connect', () => redis.stream.unref());
    redis.on('message', (_channel: string, message: string) => this.#onMessage(message));
    return redis;
  }

  /** @param message the name of a master, its former host and port, and the new ones */
  #onMessage(message: string): void {
    const [name, , , host = '', port = ''] = message.split(' ');
    if (name !== this.#master.name) return;
    // Each Sentinel reports each failover, some of them when the connection has moved already.
    const address = this.#master.reached({ host, port: Number(port) });
    if (!isSameAddress(address, this.#master.found)) this.#onSwitch();
  }
}
