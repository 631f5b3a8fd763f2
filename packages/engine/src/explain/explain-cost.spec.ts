import { expect, it } from '@jest/globals';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { Client } from '../client/client.js';
import { newEntry } from '../job/job-entry.js';
import { Keys } from '../redis/keys.js';
import type { ExplainQuestion } from './explanation.js';

const NAMES = Array.from({ length: 200 }, (_, i) => `name_${i}`);
const POOLS = 100;
const WAITING = 4_000;
// Redis takes about a microsecond for each.
const MAX_COMMANDS = 1_200;

/** Fills a Redis with a large fleet, all of whose workers are busy. */
async function fill(redis: Redis, keys: Keys): Promise<void> {
  const [now] = await redis.time();
  await redis.sadd(keys.knownJobs, NAMES);
  const beat = { heartbeat_at: Number(now) + 3600, job_names: NAMES.join(','), concurrency: 10 };
  for (let i = 0; i < POOLS; i++) {
    const pipeline = redis.pipeline();
    pipeline.sadd(keys.workerPools, `p${i}`).hset(keys.heartbeat(`p${i}`), beat);
    for (const name of NAMES) pipeline.hset(keys.lockInfo(name), `p${i}`, 0);
    for (const name of NAMES.slice(0, 10)) {
      pipeline.hset(keys.lockInfo(name), `p${i}`, 1).incr(keys.lock(name));
      pipeline.lpush(keys.inProgress(name, `p${i}`), entry(name, `run_${i}_${name}`));
    }
    await pipeline.exec();
  }
  await enqueue(redis, keys);
}

async function enqueue(redis: Redis, keys: Keys): Promise<void> {
  for (const name of NAMES.slice(0, 20)) {
    const jobs = Array.from({ length: WAITING / 20 }, (_, i) => entry(name, `id_${name}_${i}`));
    await redis.lpush(keys.queue(name), ...jobs);
  }
}

function entry(name: string, id: string): string {
  return newEntry({ name, id, enqueuedAt: 1, argsText: '{"to":"user@example.com"}' });
}

it('costs a bounded number of commands, however many jobs wait', async () => {
  const local = await LocalRedis.start();
  const redis = new Redis(local.url);
  const client = new Client({ redis: local.url });
  const commands = async (question: ExplainQuestion): Promise<number> => {
    await redis.config('RESETSTAT');
    await client.explain(question);
    const stats = await redis.info('commandstats');
    return [...stats.matchAll(/cmdstat_(.+?):calls=(\d+)/g)]
      .filter(([, name]) => !/evalsha|info|config/.test(name ?? ''))
      .reduce((sum, [, , calls]) => sum + Number(calls), 0);
  };
  const questions: ExplainQuestion[] = [
    { job: 'name_0' },
    'nowhere',
    { id: 'nowhere', job: 'name_0' },
    { id: 'id_name_0_0', job: 'name_0' },
    { job: 'name_0', key: { a: 1 } },
  ];
  try {
    const keys = new Keys(client.namespace);
    await fill(redis, keys);
    await client.explain('warm');
    const before = await eachOf(questions, commands);
    for (let i = 0; i < 5; i++) await enqueue(redis, keys);
    const after = await eachOf(questions, commands);
    expect(Math.max(...before, ...after)).toBeLessThan(MAX_COMMANDS);
    after.forEach((count, i) => expect(count).toBeLessThanOrEqual((before[i] ?? 0) + 100));
  } finally {
    client.close();
    redis.disconnect();
    await local.stop();
  }
});

async function eachOf<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}
