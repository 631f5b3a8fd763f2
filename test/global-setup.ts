import { LocalRedis } from '@nestcraft/local-redis';
import { restrictedUser } from './support/acl.mjs';

/**
 * One private Redis for all test files; each test takes a namespace of its own in it. The code under test connects as a
 * user with no more rights than the documentation lists.
 */
export default async function setUp(): Promise<void> {
  const redis = await LocalRedis.start();
  process.env.NESTCRAFT_TEST_ADMIN_URL = redis.url;
  process.env.NESTCRAFT_TEST_REDIS_URL = await restrictedUser(redis.url, 'test-*');
  (globalThis as { testRedis?: LocalRedis }).testRedis = redis;
}
