import type { RedisConnection } from '../redis/redis-connection.js';

/** The Redis server of a client. */
export class RedisServer {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** Returns the server's reply to INFO, for health checks. @throws NotConnectedError */
  async info(): Promise<string> {
    await this.#connection.ready();
    return this.#connection.redis.info();
  }

  /** Returns the server's time, which all processes follow. @throws NotConnectedError */
  async time(): Promise<Date> {
    await this.#connection.ready();
    const [seconds, microseconds] = await this.#connection.redis.time();
    return new Date(Number(seconds) * 1000 + Number(microseconds) / 1000);
  }
}
