import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** The Redis that all tests share, as a user with the documented rights. The test run starts it. */
export const TEST_REDIS_URL = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

/** The same Redis, as a user with all rights. */
export const TEST_ADMIN_URL = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

/** Returns options of a module that shares nothing with other tests. */
export function isolated(): { redis: string; namespace: string } {
  return { redis: TEST_REDIS_URL, namespace: `test-${randomUUID()}` };
}

/** Returns the connections that use one of this engine's names. */
export async function connections(): Promise<string[]> {
  const redis = new Redis(TEST_ADMIN_URL);
  const list = (await redis.client('LIST')) as string;
  redis.disconnect();
  return [...list.matchAll(/name=(nestcraft:\w+)/g)].map(([, name = '']) => name);
}
