import { LocalRedis } from '@nestcraft/local-redis';

/** One private Redis for all test files; each test takes a namespace of its own in it. */
export default async function setUp(): Promise<void> {
  const redis = await LocalRedis.start();
  process.env.NESTCRAFT_TEST_REDIS_URL = redis.url;
  (globalThis as { testRedis?: LocalRedis }).testRedis = redis;
}
