import { randomUUID } from 'node:crypto';
import { RedisConnection, type RedisSource } from '@nestcraft/engine';
import { WorkTestingError } from './errors.js';

/** A Redis, or part of one, that a test shares with nothing else. */
export interface PrivateRedis {
  readonly source: RedisSource;
  /** The prefix of each namespace. */
  readonly prefix: string;
  close(): Promise<void>;
}

const BATCH = 500;

/**
 * Opens a Redis in memory, or reserves separate keys in a real Redis, which are removed when it is closed.
 *
 * @param redis `memory`, or the location of a real Redis
 * @param now milliseconds since the epoch
 * @throws WorkTestingError without `@nestcraft/memory-redis`
 */
export async function openPrivateRedis(
  redis: RedisSource,
  now: () => number,
): Promise<PrivateRedis> {
  if (redis === 'memory') return openMemory(now);
  const prefix = `test-${randomUUID()}:`;
  return { source: redis, prefix, close: () => removeKeys(redis, prefix) };
}

async function openMemory(now: () => number): Promise<PrivateRedis> {
  const { MemoryRedis } = await import('@nestcraft/memory-redis').catch((cause: unknown) => {
    throw new WorkTestingError(
      'Tests in memory need @nestcraft/memory-redis. Install it (npm install --save-dev @nestcraft/memory-redis), or use a real Redis: createWorkTesting(…, { redis: "redis://127.0.0.1:6379" }).',
      { cause },
    );
  });
  const memory = new MemoryRedis({ now });
  return { source: memory.options, prefix: '', close: () => memory.close() };
}

async function removeKeys(source: RedisSource, prefix: string): Promise<void> {
  const connection = new RedisConnection(source, { name: 'testing' });
  try {
    await connection.ready();
    const { redis } = connection;
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: BATCH })) {
      const names = keys as string[];
      if (names.length > 0) await redis.unlink(names);
    }
  } finally {
    connection.close();
  }
}
