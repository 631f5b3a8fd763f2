import type { LocalRedis } from '@nestcraft/local-redis';

export default async function tearDown(): Promise<void> {
  await (globalThis as { testRedis?: LocalRedis }).testRedis?.stop();
}
