import { redisFault } from './redis/redis-fault.js';
import type { RedisConnection } from './redis/redis-connection.js';

const CHANNEL = '__redis__:invalidate';

export interface WakerOptions {
  /** A connection of the waker's own, on which Redis announces changes. */
  readonly connection: RedisConnection;
  /** The connection whose reads are watched. */
  readonly watched: RedisConnection;
  /** These keys have changed; or, without keys, anything may have. */
  readonly onChange: (keys: readonly string[] | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Hears from Redis when a key changes that the pool has read (server-assisted client-side caching). A watched key is
 * announced once; who wants to hear of it again must read it again. Nothing may depend on being woken: connections
 * break, and some servers refuse to watch.
 */
export class Waker {
  readonly #options: WakerOptions;
  #watching = false;
  #started = false;
  #attempt = 0;

  constructor(options: WakerOptions) {
    this.#options = options;
  }

  /** Whether reads that ask for it are watched now. */
  get isWatching(): boolean {
    return this.#watching;
  }

  /** Connects; watching begins as soon as both connections are up, and again whenever they come back. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    const { connection, watched, onChange, onError } = this.#options;
    connection.redis.on('messageBuffer', (_channel: Buffer, keys: unknown) =>
      onChange(keysOf(keys)),
    );
    for (const either of [connection, watched]) {
      either.on('up', () => void this.#watch());
      either.on('down', () => this.#lost());
    }
    void this.#watch();
    // Being down is not the waker's news: the pool reports it.
    connection.ready().catch((error: unknown) => {
      if (redisFault(error).code !== 'CONNECTION') onError(error);
    });
  }

  async #watch(): Promise<void> {
    const { connection, watched, onChange, onError } = this.#options;
    if (!connection.isUp || !watched.isUp) return;
    // Of a Cluster: one of both has moved to another node, and the other does not know yet.
    if (!isSameNode(connection, watched)) {
      connection.reconnect();
      return;
    }
    const attempt = ++this.#attempt;
    try {
      const id = await this.#subscribe();
      await watched.redis.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'OPTIN');
      if (attempt !== this.#attempt) return;
      this.#watching = true;
      onChange(undefined);
    } catch (error) {
      // Lost again: `up` will come again. Refused: the pool polls.
      if (attempt === this.#attempt && redisFault(error).effect === 'refused') onError(error);
    }
  }

  /** Returns the id by which the other connection names this one. */
  async #subscribe(): Promise<number> {
    const { redis } = this.#options.connection;
    // In this order: a RESP2 connection that has subscribed takes no other commands.
    const [id] = await Promise.all([redis.client('ID'), redis.subscribe(CHANNEL)]);
    return id;
  }

  #lost(): void {
    this.#attempt++;
    if (!this.#watching) return;
    this.#watching = false;
    this.#options.onChange(undefined);
  }
}

function isSameNode(one: RedisConnection, other: RedisConnection): boolean {
  return one.node?.host === other.node?.host && one.node?.port === other.node?.port;
}

/** An array of keys; or nothing, when Redis has dropped everything it knew. */
function keysOf(message: unknown): readonly string[] | undefined {
  return Array.isArray(message) ? message.map(String) : undefined;
}
