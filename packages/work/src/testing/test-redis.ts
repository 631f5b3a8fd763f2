import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** The Redis that all tests share. The test run starts it. */
export const TEST_REDIS_URL = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

/** Returns options of a module that shares nothing with other tests. */
export function isolated(): { redis: string; namespace: string } {
  return { redis: TEST_REDIS_URL, namespace: `test-${randomUUID()}` };
}

/** Returns the connections that use one of this engine's names. */
export async function connections(): Promise<string[]> {
  const redis = new Redis(TEST_REDIS_URL);
  const list = (await redis.client('LIST')) as string;
  redis.disconnect();
  return [...list.matchAll(/name=(nestcraft:\w+)/g)].map(([, name = '']) => name);
}
