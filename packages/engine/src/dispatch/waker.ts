import { ClosedError } from '../errors/errors.js';
import { redisFault } from '../redis/redis-fault.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { clearInterval, setInterval } from '../base/timers.js';

const CHANNEL = '__redis__:invalidate';
// Milliseconds. Nothing else is sent over the connection, so nothing else would notice that it is dead.
const PING_INTERVAL = 3_000;

export interface WakerOptions {
  /** A connection of the waker's own, on which Redis announces changes. */
  readonly connection: RedisConnection;
  /** The connection whose reads are watched. */
  readonly watched: RedisConnection;
  /** These keys have changed; without keys, anything may have. */
  readonly onChange: (keys: readonly string[] | undefined) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds of silence after which the connection is asked whether it lives; default 3000. */
  readonly pingInterval?: number;
}

/**
 * Hears from Redis when a key changes that the pool has read (server-assisted client-side caching). Redis announces a
 * watched key once, and watches it again only after it is read again. Nothing may depend on being woken: connections break,
 * and some servers refuse to watch.
 */
export class Waker {
  readonly #options: WakerOptions;
  #watching = false;
  #started = false;
  #attempt = 0;
  /** How often the watched connection was made. */
  #ups = 0;
  #heard = false;
  #timer: NodeJS.Timeout | undefined;

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
    this.#ups = watched.isUp ? 1 : 0;
    connection.redis.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      this.#heard = true;
      onChange(keysOf(keys));
    });
    connection.on('up', () => void this.#watch());
    watched.on('up', () => this.#onWatchedUp());
    for (const either of [connection, watched]) either.on('down', () => this.#lost());
    connection.on('closed', () => clearInterval(this.#timer));
    this.#timer = setInterval(() => this.#ping(), this.#options.pingInterval ?? PING_INTERVAL);
    this.#timer.unref();
    void this.#watch();
    // The pool itself reports that Redis is down. A waker that was stopped meanwhile is no news.
    connection.ready().catch((error: unknown) => {
      if (redisFault(error).code !== 'CONNECTION' && !(error instanceof ClosedError))
        onError(error);
    });
  }

  /** A new connection may lead to another server, whose changes the waker's own connection would never hear. */
  #onWatchedUp(): void {
    const { connection } = this.#options;
    if (++this.#ups > 1 && connection.isUp) connection.reconnect();
    else void this.#watch();
  }

  #ping(): void {
    const { connection } = this.#options;
    // A connection that does not answer is dropped and made anew.
    if (connection.isUp && !this.#heard) connection.redis.ping().catch(() => undefined);
    this.#heard = false;
  }

  async #watch(): Promise<void> {
    const { connection, watched, onChange, onError } = this.#options;
    if (!connection.isUp || !watched.isUp) return;
    // In a Cluster, one of them has moved to another node and the other does not know yet.
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
      // A lost connection comes `up` again. A refusal means that the pool polls.
      if (attempt === this.#attempt && redisFault(error).effect === 'refused') onError(error);
    }
  }

  /** Returns the id by which the watched connection refers to this one. */
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

/** The keys of a message; `undefined` when Redis has dropped everything that it watched. */
function keysOf(message: unknown): readonly string[] | undefined {
  return Array.isArray(message) ? message.map(String) : undefined;
}
