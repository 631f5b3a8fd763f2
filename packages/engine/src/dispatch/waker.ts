import { ClosedError } from '../errors/errors.js';
import { isSameAddress } from '../redis/node-address.js';
import { redisFault } from '../redis/redis-fault.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { clearInterval, setInterval } from '../base/timers.js';

const CHANNEL = '__redis__:invalidate';
// In milliseconds. Nothing else is sent over the connection, so nothing else detects that it is dead.
const PING_INTERVAL = 3_000;

export interface WakerOptions {
  /** The waker's own connection, on which Redis announces changes. */
  readonly connection: RedisConnection;
  /** The connection whose reads are watched. */
  readonly watched: RedisConnection;
  /** Called with the changed keys; without keys, anything may have changed. */
  readonly onChange: (keys: readonly string[] | undefined) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds of silence after which the connection is pinged; default 3000. */
  readonly pingInterval?: number;
}

/**
 * Receives from Redis the changes of keys that the pool has read (server-assisted client-side caching). Redis announces a
 * watched key once, and watches it again only after another read. Nothing may depend on being woken, because connections
 * break and some servers refuse to watch.
 */
export class Waker {
  readonly #options: WakerOptions;
  #watching = false;
  #started = false;
  #attempt = 0;
  /** The number of times the watched connection was made. */
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

  /** Connects. Watching starts as soon as both connections are up, and again whenever they come back. */
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
    // The pool itself reports that Redis is down. A waker that was stopped in the meantime is not worth a report.
    connection.ready().catch((error: unknown) => {
      if (redisFault(error).code !== 'CONNECTION' && !(error instanceof ClosedError))
        onError(error);
    });
  }

  /** Watches again. A new connection may lead to another server, whose changes the waker's own connection would not receive. */
  #onWatchedUp(): void {
    const { connection } = this.#options;
    if (++this.#ups > 1 && connection.isUp) connection.reconnect();
    else void this.#watch();
  }

  #ping(): void {
    const { connection } = this.#options;
    // A connection that does not answer is replaced.
    if (connection.isUp && !this.#heard) connection.redis.ping().catch(() => undefined);
    this.#heard = false;
  }

  async #watch(): Promise<void> {
    const { connection, watched, onChange, onError } = this.#options;
    if (!connection.isUp || !watched.isUp) return;
    // One connection has moved to another server before the other.
    if (!isSameAddress(connection.node, watched.node)) {
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
      // A lost connection emits `up` again. After a refusal, the pool polls.
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

/** Returns the keys of a message; `undefined` when Redis has dropped everything that it watched. */
function keysOf(message: unknown): readonly string[] | undefined {
  return Array.isArray(message) ? message.map(String) : undefined;
}
