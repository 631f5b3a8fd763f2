import type { Redis } from 'ioredis';
import { seedMetrics } from './seed-metrics.js';
import {
  LATER,
  NAMESPACE,
  namesOf,
  nameOf,
  poolIdOf,
  WORKERS_OF_A_POOL,
  type Scale,
} from './setting.js';

const BATCH = 1_000;
const DAY = 24 * 3600;
const ERRORS = ['connect ECONNREFUSED 10.0.0.7:5432', 'the bank said no', 'Timeout after 30000 ms'];

/** Fills the namespace as a busy fleet of Go and TypeScript would have. */
export async function seed(redis: Redis, scale: Scale): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await redis.sadd(`${NAMESPACE}:known_jobs`, ...namesOf(scale));
  await seedQueues(redis, scale, now);
  await seedSet(redis, scale, { set: 'dead', count: scale.jobs, from: now - 30 * DAY, to: now });
  await seedSet(redis, scale, { set: 'retry', count: LATER, from: now + 3600, to: now + DAY });
  await seedSet(redis, scale, {
    set: 'scheduled',
    count: LATER,
    from: now + 3600,
    to: now + 7 * DAY,
  });
  await seedPools(redis, scale, now);
  await seedMetrics(redis, namesOf(scale), now);
}

/** Half of the jobs wait in one queue, the others in all. */
async function seedQueues(redis: Redis, { jobs, names }: Scale, now: number): Promise<void> {
  for (let first = 0; first < jobs; first += BATCH) {
    const count = Math.min(BATCH, jobs - first);
    const name = first < jobs / 2 ? nameOf(0) : nameOf((first / BATCH) % names);
    const entries = Array.from({ length: count }, (_, i) => entry(name, first + i, now - 60));
    await redis.lpush(`${NAMESPACE}:jobs:${name}`, ...entries);
  }
}

async function seedSet(
  redis: Redis,
  { names }: Scale,
  { set, count, from, to }: { set: string; count: number; from: number; to: number },
): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const members = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => {
      const index = first + i;
      const at = Math.floor(from + ((to - from) * index) / count);
      const error = ERRORS[index % ERRORS.length] ?? '';
      const failure =
        set === 'scheduled'
          ? ''
          : `,"fails":4,"err":${JSON.stringify(error)},"failed_at":${Math.min(at, from)}`;
      return [String(at), entry(nameOf(index % names), index, from - 60, failure)];
    });
    await redis.call('ZADD', `${NAMESPACE}:${set}`, ...members.flat());
  }
}

function entry(name: string, index: number, enqueuedAt: number, more = ''): string {
  const id = index.toString(16).padStart(24, '0');
  const args = `{"user_id":${index},"template":"welcome","locale":"de-AT","address":"user${index}@example.com"}`;
  return `{"name":"${name}","id":"${id}","t":${enqueuedAt},"args":${args}${more}}`;
}

/** Every other pool is one of Go's; every other worker is busy. */
async function seedPools(redis: Redis, scale: Scale, now: number): Promise<void> {
  const names = namesOf(scale);
  for (let index = 0; index < scale.pools; index++) {
    const id = poolIdOf(index);
    const workerIds = Array.from({ length: WORKERS_OF_A_POOL }, (_, i) => `${id}w${i}`);
    const pipeline = redis.pipeline().sadd(`${NAMESPACE}:worker_pools`, id);
    pipeline.hset(`${NAMESPACE}:worker_pools:${id}`, {
      ...{ heartbeat_at: now, started_at: now - 3600, job_names: names.join(',') },
      ...{ concurrency: WORKERS_OF_A_POOL, host: `host-${index}`, pid: 1_000 + index },
      worker_ids: workerIds.join(','),
      ...(index % 2 === 0 && { engine: 'nestcraft', schedules: '[]' }),
    });
    for (const [i, workerId] of workerIds.entries()) {
      if (i % 2 === 1) continue;
      pipeline.hset(`${NAMESPACE}:worker:${workerId}`, {
        ...{ job_name: nameOf(i), job_id: `${workerId}job`, started_at: now - i },
        ...{ args: '{"user_id":1}', checkin: `row ${i} of 20`, checkin_at: now },
      });
      pipeline.lpush(`${NAMESPACE}:jobs:${nameOf(i)}:${id}:inprogress`, entry(nameOf(i), i, now));
      pipeline.incr(`${NAMESPACE}:jobs:${nameOf(i)}:lock`);
      pipeline.hincrby(`${NAMESPACE}:jobs:${nameOf(i)}:lock_info`, id, 1);
    }
    await pipeline.exec();
  }
}

/** Has all pools beat, so that none is taken for dead. */
export async function beat(redis: Redis, { pools }: Scale): Promise<void> {
  const pipeline = redis.pipeline();
  const now = Math.floor(Date.now() / 1000);
  for (let index = 0; index < pools; index++) {
    pipeline.hset(`${NAMESPACE}:worker_pools:${poolIdOf(index)}`, 'heartbeat_at', now);
  }
  await pipeline.exec();
}
