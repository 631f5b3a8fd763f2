import { ClosedError } from '../errors/errors.js';
import { redisFault } from '../redis/redis-fault.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { clearInterval, setInterval } from '../base/timers.js';

const CHANNEL = '__redis__:invalidate';
// Nothing else is sent over the connection, so that nothing else would notice that it is silent.
const PING_INTERVAL = 3_000;

export interface WakerOptions {
  /** A connection of the waker's own, on which Redis announces changes. */
  readonly connection: RedisConnection;
  /** The connection whose reads are watched. */
  readonly watched: RedisConnection;
  /** These keys have changed; or, without keys, anything may have. */
  readonly onChange: (keys: readonly string[] | undefined) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds of silence after which the connection is asked whether it lives; default 3000. */
  readonly pingInterval?: number;
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
    // Being down is not the waker's news: the pool reports it. That it was stopped meanwhile is none.
    connection.ready().catch((error: unknown) => {
      if (redisFault(error).code !== 'CONNECTION' && !(error instanceof ClosedError))
        onError(error);
    });
  }

  /** Made anew, it may lead to another server, of which the one of the announcements would never hear. */
  #onWatchedUp(): void {
    const { connection } = this.#options;
    if (++this.#ups > 1 && connection.isUp) connection.reconnect();
    else void this.#watch();
  }

  #ping(): void {
    const { connection } = this.#options;
    // One that does not answer is given up, and made anew.
    if (connection.isUp && !this.#heard) connection.redis.ping().catch(() => undefined);
    this.#heard = false;
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
