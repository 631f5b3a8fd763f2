import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Enqueuer, WorkerPool, type WorkerPoolOptions } from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.js';

let local: LocalRedis;
let redis: Redis;
let pools: WorkerPool[];
let logged: string[];

beforeAll(async () => {
  local = await LocalRedis.start();
  redis = new Redis(local.url);
});

beforeEach(async () => {
  await redis.flushall();
  [pools, logged] = [[], []];
});

afterEach(async () => {
  await redis.config('SET', 'maxmemory', '0');
  await redis.config('SET', 'min-replicas-to-write', '0');
  await redis.call('ACL', 'SETUSER', 'default', 'on', '+@all', '~*');
  await Promise.all(pools.map((pool) => pool.stop()));
});

afterAll(async () => {
  redis.disconnect();
  await local.stop();
});

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const line = (message: string): unknown => logged.push(message);
  const pool = new WorkerPool({
    redis: local.url,
    logger: { log: line, warn: line, error: line },
    shutdownTimeout: 0,
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** A user who may do all but some commands. */
async function userWithout(...commands: string[]): Promise<string> {
  const rules = ['on', '>secret', '~*', '&*', '+@all', ...commands.map((name) => `-${name}`)];
  await redis.call('ACL', 'SETUSER', 'limited', 'reset', ...rules);
  return local.url.replace('redis://', 'redis://limited:secret@');
}

describe('a pool starts while Redis refuses', () => {
  it('F10 to write: it says why, once, and works as soon as it may', async () => {
    const seen: string[] = [];
    await redis.config('SET', 'min-replicas-to-write', '1');
    const pool = aPool().job('n', (job) => seen.push(job.id));
    await pool.start();
    expect(pool.isReady).toBe(false);
    const { status, problems } = await pool.health();
    expect(status).toBe('down');
    expect(problems).toEqual([expect.stringMatching(/cannot be registered: NOREPLICAS/)]);
    await redis.config('SET', 'min-replicas-to-write', '0');
    await eventually(() => expect(pool.isReady).toBe(true));
    const enqueuer = new Enqueuer({ redis: local.url });
    const { id } = await enqueuer.enqueue('n');
    await eventually(() => expect(seen).toEqual([id]));
    await enqueuer.close();
    expect(logged.filter((line) => line.includes('NOREPLICAS'))).toHaveLength(1);
    expect((await pool.health()).status).toBe('up');
  });

  it.each([
    ['scripts', ['eval', 'evalsha']],
    ['the time', ['time']],
    ['a part of the heartbeat', ['hset']],
  ])('%s: start() settles, and health tells', async (_what, commands) => {
    const pool = aPool({ redis: await userWithout(...commands) }).job('n', () => undefined);
    await pool.start();
    expect(await pool.health()).toMatchObject({
      status: 'down',
      problems: [expect.stringMatching(/NOPERM|no permissions|can't run/i)],
    });
  });

  it('to load scripts: it works without', async () => {
    const seen: string[] = [];
    const user = await userWithout('script');
    const pool = aPool({ redis: user }).job('n', (job) => seen.push(job.id));
    await pool.start();
    expect(pool.isReady).toBe(true);
    const enqueuer = new Enqueuer({ redis: local.url });
    await enqueuer.enqueue('n');
    await pool.drain();
    await enqueuer.close();
    expect(seen).toHaveLength(1);
  });

  it('F18 nothing, but may delete jobs when its memory is full: it warns', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await aPool()
      .job('n', () => undefined)
      .start();
    await eventually(() => expect(logged.join()).toContain('maxmemory-policy is allkeys-lru'));
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('F17 what needs memory: it is registered all the same, with its names and limits', async () => {
    await redis.config('SET', 'maxmemory', '1');
    const pool = aPool().job('n', { maxConcurrency: 2 }, () => undefined);
    await pool.start();
    expect(pool.isReady).toBe(true);
    expect(await redis.smembers('work:known_jobs')).toEqual(['n']);
    expect(await redis.get('work:jobs:n:max_concurrency')).toBe('2');
    expect(await redis.smembers('work:worker_pools')).toEqual([pool.id]);
    await pool.stop();
    expect(await redis.exists('work:worker_pools', `work:worker_pools:${pool.id}`)).toBe(0);
  });
});

describe('when Redis loses its data under a running pool', () => {
  it('names, limits, schedules and heartbeat come back by themselves, and no retry is buried', async () => {
    const [ticks, fails]: [number[], number[]] = [[], []];
    const pool = aPool()
      .job('limited', { maxConcurrency: 1 }, () => undefined)
      .job('fails', { maxFails: 2, backoff: () => 0 }, (job) => {
        fails.push(job.fails);
        throw new Error('not yet');
      })
      .job('tick', () => ticks.push(Date.now()));
    pool.periodicallyEnqueue('* * * * * *', 'tick');
    await pool.start();
    await eventually(() => expect(ticks.length).toBeGreaterThan(0));
    await redis.flushall();
    const lostAt = Date.now();
    const enqueuer = new Enqueuer({ redis: local.url });
    await enqueuer.enqueue('fails');
    await eventually(() => expect(fails).toEqual([0, 1]));
    await eventually(async () => {
      expect(await redis.get('work:jobs:limited:max_concurrency')).toBe('1');
      expect((await redis.smembers('work:known_jobs')).sort()).toEqual([
        'fails',
        'limited',
        'tick',
      ]);
      expect(await redis.smembers('work:worker_pools')).toEqual([pool.id]);
    });
    await eventually(() => expect(ticks.some((at) => at > lostAt + 1_000)).toBe(true));
    const client = new Client({ redis: local.url });
    const { jobs } = await client.dead.list();
    expect(jobs.map(({ job }) => job?.lastError)).toEqual(['not yet']);
    client.close();
    await enqueuer.close();
    expect(logged).toEqual(expect.arrayContaining([expect.stringContaining('registered again')]));
  });

  it('leaves a limit that somebody has changed, and restores one that is gone', async () => {
    const pool = aPool()
      .job('a', { maxConcurrency: 1 }, () => undefined)
      .job('b', { maxConcurrency: 1 }, () => undefined);
    await pool.start();
    await redis.set('work:jobs:a:max_concurrency', 5);
    await redis.del('work:jobs:b:max_concurrency');
    await eventually(async () => expect(await redis.get('work:jobs:b:max_concurrency')).toBe('1'));
    expect(await redis.get('work:jobs:a:max_concurrency')).toBe('5');
  });
});

describe('stop()', () => {
  it('says what it waits for', async () => {
    const pool = aPool({ shutdownTimeout: 2_500 }).job('slow', ({ signal }) => {
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    });
    await pool.start();
    const enqueuer = new Enqueuer({ redis: local.url });
    await enqueuer.enqueue('slow');
    await eventually(() => expect(pool.busy).toBe(1));
    const stopped = pool.stop();
    expect(logged.at(-1)).toBe(
      'The worker pool is stopping. 1 job is running ("slow") and may take 2.5 s to finish',
    );
    await stopped;
    await enqueuer.close();
  });

  it('logs no error when Redis is away', async () => {
    const away = aPool({ redis: 'redis://127.0.0.1:1', announce: false }).job('n', () => undefined);
    await away.start();
    await away.stop();
    expect(logged.filter((line) => !line.startsWith('Redis is out of reach'))).toEqual([]);
  });
});
