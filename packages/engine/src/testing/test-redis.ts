import { MemoryRedis } from '@nestcraft/memory-redis';
import type { Redis } from 'ioredis';
import { newId } from '../base/id.js';
import { Keys } from '../redis/keys.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { openRedis, type RedisSource } from '../redis/redis-source.js';

/** The real Redis that all tests share, as a user with the documented rights; the test run starts it. */
export const TEST_REDIS_URL = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

/** The same Redis, as a user with all rights. */
export const TEST_ADMIN_URL = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

/** The Redis for the jobs of this test run: the real one, or one in memory that must behave the same. */
export const TEST_REDIS: RedisSource =
  process.env.NESTCRAFT_TEST_ENGINE === 'memory' ? new MemoryRedis().options : TEST_REDIS_URL;

/** A test's own namespace, and a plain connection with all rights that bypasses the engine. */
export class TestNamespace {
  readonly redis: Redis;
  readonly namespace = `test-${newId()}`;
  readonly keys = new Keys(this.namespace);
  #connection: RedisConnection | undefined;

  constructor(private readonly source: RedisSource = TEST_REDIS) {
    const admin = source === TEST_REDIS_URL ? TEST_ADMIN_URL : source;
    this.redis = openRedis(admin, {}, undefined).redis;
  }

  /** The options for every part of the engine. */
  get options(): { redis: RedisSource; namespace: string } {
    return { redis: this.source, namespace: this.namespace };
  }

  /** The engine's kind of connection, opened when a test first requests it. */
  get connection(): RedisConnection {
    this.#connection ??= new RedisConnection(this.source, { name: 'test' });
    return this.#connection;
  }

  /** Returns the entries of a queue, the next job last. */
  queue(jobName: string): Promise<string[]> {
    return this.redis.lrange(this.keys.queue(jobName), 0, -1);
  }

  /** Returns the entries of a sorted set with their scores. */
  async set(key: 'retry' | 'scheduled' | 'dead'): Promise<{ entry: unknown; score: number }[]> {
    const flat = await this.redis.zrange(this.keys[key], '0', '-1', 'WITHSCORES');
    return Array.from({ length: flat.length / 2 }, (_, index) => ({
      entry: JSON.parse(flat[2 * index] ?? '') as unknown,
      score: Number(flat[2 * index + 1]),
    }));
  }

  /** Returns the number of jobs of a name in progress, in all pools, by the lists themselves. */
  async inProgress(jobName: string): Promise<number> {
    const keys = await this.redis.keys(`${this.keys.queue(jobName)}:*:inprogress`);
    const lengths = await Promise.all(keys.map((key) => this.redis.llen(key)));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  async lock(jobName: string): Promise<number> {
    return Number((await this.redis.get(this.keys.lock(jobName))) ?? 0);
  }

  /** Removes the namespace's keys and closes the connections. */
  async close(): Promise<void> {
    const keys = await this.redis.keys(`${this.keys.prefix}*`);
    if (keys.length > 0) await this.redis.del(keys);
    this.redis.disconnect();
    this.#connection?.close();
  }
}
