import type { RedisConnection } from '../redis/redis-connection.js';

/** The Redis server of a client. */
export class RedisServer {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** Its reply to INFO, for health checks. @throws NotConnectedError */
  async info(): Promise<string> {
    await this.#connection.ready();
    return this.#connection.redis.info();
  }

  /** Its clock, which all processes go by. @throws NotConnectedError */
  async time(): Promise<Date> {
    await this.#connection.ready();
    const [seconds, microseconds] = await this.#connection.redis.time();
    return new Date(Number(seconds) * 1000 + Number(microseconds) / 1000);
  }
}
