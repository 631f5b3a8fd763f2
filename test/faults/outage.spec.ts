import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Enqueuer,
  EnqueueRejectedError,
  EnqueueOutcomeUnknownError,
  WorkerPool,
  type WorkerPoolOptions,
} from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.js';
import { Proxy } from '../support/proxy.js';
import { scriptSha } from '../support/script-sha.js';
import { noteFigure, strained } from './harness/index.js';

const COMMAND_TIMEOUT = 300;

let local: LocalRedis;
let proxy: Proxy;
let redis: Redis;
let enqueuer: Enqueuer;
let pools: WorkerPool[];
let logged: string[];

beforeEach(async () => {
  local = await LocalRedis.start({ persistence: 'aof' });
  proxy = await Proxy.to(local.port);
  redis = plainClient();
  enqueuer = new Enqueuer({ redis: proxy.url, commandTimeout: COMMAND_TIMEOUT });
  pools = [];
  logged = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  redis.disconnect();
  await proxy.close();
  await local.stop();
});

function plainClient(): Redis {
  const client = new Redis(local.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return client;
}

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const line = (message: string): unknown => logged.push(message);
  const pool = new WorkerPool({
    redis: proxy.url,
    logger: { log: line, warn: line, error: line },
    shutdownTimeout: 1_000,
    timing: { commandTimeout: COMMAND_TIMEOUT },
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** Notes how many seconds have passed since a time of `performance.now`, and expects that they are few. */
function noteSeconds(row: string, what: string, since: number, bar: number): void {
  const value = (performance.now() - since) / 1_000;
  noteFigure({ row, what, value, unit: 's', bar });
  expect(value).toBeLessThan(strained(bar));
}

async function inProgress(name: string): Promise<number> {
  const lists = await redis.keys(`work:jobs:${name}:*:inprogress`);
  return (await Promise.all(lists.map((list) => redis.llen(list)))).reduce((a, b) => a + b, 0);
}

describe('a pool', () => {
  it('F10 Redis down at start: the pool says so once, and works when Redis is up', async () => {
    const seen: string[] = [];
    await local.kill();
    const pool = aPool().job('n', (job) => seen.push(job.id));
    await pool.start();
    expect(pool.isReady).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(logged.filter((line) => line.includes('out of reach'))).toHaveLength(1);
    await local.restart();
    const up = performance.now();
    const ready = eventually(() => expect(pool.isReady).toBe(true));
    const id = await eventually(async () => (await enqueuer.enqueue('n')).id);
    await eventually(() => expect(seen).toContain(id));
    await ready;
    noteSeconds('F10', 'ready after', up, 3);
  });

  it('F9 Redis kill -9 and restart: the pool goes on, and loses nothing', async () => {
    const [seen, again] = [new Map<number, number>(), new Set<number>()];
    const pool = aPool({ concurrency: 5 }).job('n', async (job) => {
      const i = job.argInt('i');
      seen.set(i, (seen.get(i) ?? 0) + 1);
      if (seen.get(i) === 2) again.add(i);
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
    await enqueuer.enqueueMany(
      Array.from({ length: 2_000 }, (_, i) => ({ name: 'n', args: { i } })),
    );
    await pool.start();
    await eventually(() => expect(seen.size).toBeGreaterThan(100));
    const lost = once(pool, 'notReady');
    await local.kill();
    await lost;
    await local.restart();
    const up = performance.now();
    await eventually(async () => expect(await redis.llen('work:jobs:n')).toBe(0));
    noteSeconds('F9', '2,000 jobs drained after', up, 5);
    // No more than its workers had; what was fetched ahead has run.
    const stuck = await eventually(async () => {
      const count = await inProgress('n');
      expect(pool.busy).toBe(0);
      expect(count).toBeLessThanOrEqual(5);
      return count;
    });
    expect(seen.size + stuck).toBeGreaterThanOrEqual(2_000);
    await pool.stop();
    // What a lost reply had left in progress is back in its queue.
    expect(seen.size + (await redis.llen('work:jobs:n')) - again.size).toBeGreaterThanOrEqual(
      2_000 - again.size,
    );
    expect(await inProgress('n')).toBe(0);
    expect(await redis.get('work:jobs:n:lock')).toBe('0');
  });

  it('F12 reply to a settle lost: each job runs once, and the lock is exact', async () => {
    const seen: string[] = [];
    const pool = aPool({ concurrency: 1 }).job('n', { maxFails: 1 }, (job) => {
      seen.push(job.id);
      throw new Error('boom');
    });
    await pool.start();
    const settle = scriptSha('settle');
    proxy.cutReplyTo((request) => request.includes(settle));
    const { id } = await enqueuer.enqueue('n');
    await eventually(() => expect(proxy.cuts).toBe(1));
    await eventually(async () => expect(await redis.zcard('work:dead')).toBe(1));
    const next = await enqueuer.enqueue('n');
    await eventually(async () => expect(await redis.zcard('work:dead')).toBe(2));
    expect(seen).toEqual([id, next.id]);
    await eventually(async () => expect(await redis.get('work:jobs:n:lock')).toBe('0'));
    expect(await inProgress('n')).toBe(0);
    expect(logged.filter((line) => line.includes('taken over'))).toEqual([]);
  });

  it('F13 reply to a fetch lost: the pool finds the hidden job, and runs it', async () => {
    const seen: string[] = [];
    const pool = aPool({ concurrency: 1 }).job('n', (job) => seen.push(job.id));
    await pool.start();
    const fetch = scriptSha('fetch');
    proxy.cutReplyTo((request) => request.includes(fetch));
    const { id } = await enqueuer.enqueue('n');
    await eventually(() => expect(proxy.cuts).toBe(1));
    const cut = performance.now();
    await eventually(() => expect(seen).toEqual([id]));
    noteSeconds('F13', 'run after', cut, 20);
    await pool.drain();
    expect(await redis.get('work:jobs:n:lock')).toBe('0');
    expect(await inProgress('n')).toBe(0);
  });

  it.each(['retry', 'scheduled'] as const)(
    'F12 reply to a move from %s lost: the job runs once, and the lock is exact',
    async (set) => {
      const seen: number[] = [];
      const pool = aPool({ concurrency: 1 }).job('n', { backoff: () => 0 }, (job) => {
        seen.push(job.fails);
        if (set === 'retry' && job.fails === 0) throw new Error('once more');
      });
      await pool.start();
      proxy.cutReplyTo(
        (request) => request.includes(`work:${set}`) && request.includes('known_jobs'),
      );
      await enqueuer.enqueue('n', {}, set === 'scheduled' ? { in: '1s' } : {});
      await eventually(() => expect(seen).toEqual(set === 'retry' ? [0, 1] : [0]));
      await pool.drain();
      expect(proxy.cuts).toBe(1);
      expect(seen).toHaveLength(set === 'retry' ? 2 : 1);
      await eventually(async () => expect(await redis.get('work:jobs:n:lock')).toBe('0'));
    },
  );

  it('F14 a reply cut in its midst: the pool works on, and runs each job once', async () => {
    const seen: string[] = [];
    const pool = aPool({ concurrency: 1 }).job('n', (job) => seen.push(job.id));
    await pool.start();
    const fetch = scriptSha('fetch');
    proxy.cutReplyAfter(5, (request) => request.includes(fetch));
    const { id } = await enqueuer.enqueue('n');
    await eventually(() => expect(seen).toEqual([id]));
    expect(proxy.cuts).toBe(1);
    await pool.drain();
  });

  it.each(['requests', 'replies'] as const)(
    'F15 only %s are lost: the pool recovers, and runs each job once',
    async (direction) => {
      const seen: string[] = [];
      const pool = aPool().job('n', (job) => seen.push(job.id));
      await pool.start();
      proxy.drop(direction);
      const direct = new Enqueuer({ redis: local.url });
      const { id } = await direct.enqueue('n');
      await direct.close();
      await new Promise((resolve) => setTimeout(resolve, 2 * COMMAND_TIMEOUT));
      proxy.drop(undefined);
      await eventually(() => expect(seen).toEqual([id]));
      await pool.drain();
      await eventually(async () => expect(await redis.get('work:jobs:n:lock')).toBe('0'));
    },
  );

  it('F13 reply to a fetch lost before a stop: the hidden job is put back', async () => {
    const seen: string[] = [];
    const pool = aPool({ concurrency: 1 }).job('n', (job) => seen.push(job.id));
    await pool.start();
    await eventually(async () => {
      const stats = await redis.info('commandstats');
      expect(stats).toMatch(/cmdstat_client\|caching/);
    });
    const fetch = scriptSha('fetch');
    // Soon after, the pool would find out by itself, and run it.
    const stopped = new Promise<void>((resolve, reject) =>
      proxy.cutReplyTo(
        (request) => request.includes(fetch),
        () => void pool.stop().then(resolve, reject),
      ),
    );
    const { id } = await enqueuer.enqueue('n');
    await stopped;
    expect(seen).toEqual([]);
    expect(await redis.lrange('work:jobs:n', 0, -1)).toEqual([expect.stringContaining(id)]);
    expect(await redis.get('work:jobs:n:lock')).toBe('0');
  });

  it('F15 black hole: the pool recovers', async () => {
    const seen: string[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.id));
    await pool.start();
    proxy.blackHole(true);
    const direct = new Enqueuer({ redis: local.url });
    const { id } = await direct.enqueue('n');
    await direct.close();
    await new Promise((resolve) => setTimeout(resolve, 2 * COMMAND_TIMEOUT));
    proxy.blackHole(false);
    const healed = performance.now();
    await eventually(() => expect(seen).toEqual([id]));
    noteSeconds('F15', 'next job after', healed, COMMAND_TIMEOUT / 1_000 + 2);
    await pool.drain();
  });

  it('F14 connection resets: the pool works on, and leaves no connection behind', async () => {
    const seen = new Set<number>();
    const pool = aPool({ concurrency: 5 }).job('n', (job) => void seen.add(job.argInt('i')));
    await pool.start();
    const direct = new Enqueuer({ redis: local.url });
    for (let i = 0; i < 20; i++) {
      await direct.enqueue('n', { i });
      proxy.reset();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await direct.close();
    await eventually(async () => expect(seen.size + (await inProgress('n'))).toBe(20));
    await pool.stop();
    expect(await redis.llen('work:jobs:n')).toBe(20 - seen.size);
    await eventually(async () =>
      expect(String(await redis.client('LIST'))).not.toContain('name=nestcraft:pool'),
    );
  });

  it('F11 empty script cache: every operation succeeds', async () => {
    const seen: number[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.argInt('i')));
    await pool.start();
    for (let i = 0; i < 10; i++) {
      await redis.script('FLUSH');
      await enqueuer.enqueue('n', { i });
      await eventually(() => expect(seen).toContain(i));
    }
    await pool.drain();
    expect(await redis.get('work:jobs:n:lock')).toBe('0');
  });

  it('F17 out of memory: what waits is worked off, and an enqueue is refused with a typed error', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const pool = aPool({ concurrency: 1 }).job('n', { maxFails: 1 }, async () => {
      await gate;
      throw new Error('boom');
    });
    await pool.start();
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await eventually(async () => expect(await inProgress('n')).toBe(1));
    await redis.config('SET', 'maxmemory', '1');
    await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueRejectedError);
    release();
    await eventually(async () => expect(await redis.zcard('work:dead')).toBe(2));
    expect(await inProgress('n')).toBe(0);
    expect(await redis.get('work:jobs:n:lock')).toBe('0');
  });
});

describe('what a pool says of Redis', () => {
  it('is told anew when the reason is another, also by its health', async () => {
    const pool = aPool({ redis: local.url }).job('n', () => undefined);
    await pool.start();
    await local.kill();
    await eventually(() => expect(logged.join()).toContain('ECONNREFUSED'));
    expect((await pool.health()).problems.join()).toContain('ECONNREFUSED');
    await local.restart();
    await eventually(() => expect(logged.join()).toContain('Redis is back'));
    await redis.config('SET', 'requirepass', 'rotated');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await eventually(() => expect(logged.join()).toContain('NOAUTH'));
    expect((await pool.health()).problems.join()).toContain('NOAUTH');
    await redis.config('SET', 'requirepass', '');
    await eventually(() => expect(pool.isReady).toBe(true));
  });

  it('F19 demoted to a replica: no flood of lines or connections, and the pool works on afterwards', async () => {
    const seen: string[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.id));
    await pool.start();
    await redis.replicaof('127.0.0.1', 1);
    await eventually(() => expect(logged.join()).toContain('READONLY'));
    const [lines, accepted] = [logged.length, proxy.accepted];
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(logged.length - lines).toBeLessThanOrEqual(4);
    // Three connections, each after ever longer pauses.
    expect(proxy.accepted - accepted).toBeLessThanOrEqual(30);
    await redis.replicaof('NO', 'ONE');
    const healed = performance.now();
    const { id } = await eventually(() => enqueuer.enqueue('n'));
    await eventually(() => expect(seen).toEqual([id]));
    noteSeconds('F19', 'next job after', healed, 3);
  });

  it.each<[string, () => unknown, () => unknown]>([
    ['is down', () => local.kill(), () => local.restart()],
    ['stands still', () => local.pause(), () => local.resume()],
    ['is not reached any more', () => proxy.blackHole(true), () => proxy.blackHole(false)],
  ])('does not hold up its end when it %s, nor is that an error', async (_what, act, undo) => {
    const pool = aPool({ shutdownTimeout: 0 }).job('n', () => undefined);
    await pool.start();
    await act();
    const began = performance.now();
    await pool.stop();
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(logged.join()).not.toMatch(/is closed|register|waker/);
    await undo();
  });

  it('is nothing when the pool is stopped before it has reached it', async () => {
    await local.kill();
    const pool = aPool({ announce: false }).job('n', () => undefined);
    await pool.start();
    await pool.stop();
    expect(logged.filter((line) => !line.includes('out of reach'))).toEqual([]);
    await local.restart();
  });
});

describe('an enqueuer', () => {
  it('gives up a connection that is silent', async () => {
    await enqueuer.enqueue('n');
    proxy.freeze();
    await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueOutcomeUnknownError);
    await enqueuer.enqueue('n');
    expect(proxy.accepted).toBe(2);
  });

  it('closes in time while Redis stands still', async () => {
    await enqueuer.enqueue('n');
    local.pause();
    const refused = expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueOutcomeUnknownError);
    const began = performance.now();
    await enqueuer.close();
    expect(performance.now() - began).toBeLessThan(3 * COMMAND_TIMEOUT);
    await refused;
    local.resume();
  });

  it('F12 reply to an enqueue lost: the caller learns that the outcome is unknown, and the job is there once', async () => {
    await enqueuer.enqueue('n', { i: 0 });
    proxy.cutReplyTo((request) => request.includes('lpush'));
    await expect(enqueuer.enqueue('n', { i: 1 })).rejects.toThrow(EnqueueOutcomeUnknownError);
    expect(await redis.llen('work:jobs:n')).toBe(2);
    await enqueuer.enqueue('n', { i: 2 });
    expect(await redis.llen('work:jobs:n')).toBe(3);
  });

  it('F12 reply to a unique enqueue lost: the same call again leaves one job', async () => {
    const unique = { unique: { key: { order: 1 } } };
    await enqueuer.enqueue('other', {}, unique); // Redis knows the script from now on.
    proxy.cutReplyTo((request) => request.includes('unique:n'));
    const first = enqueuer.enqueue('n', { i: 1 }, unique);
    await expect(first).rejects.toThrow(EnqueueOutcomeUnknownError);
    const again = await eventually(() => enqueuer.enqueue('n', { i: 1 }, unique));
    expect(again.status).toBe('updated');
    expect(await redis.llen('work:jobs:n')).toBe(1);
  });

  it('F15 Redis stands still: the outcome of an enqueue is unknown', async () => {
    await enqueuer.enqueue('n');
    local.pause();
    await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueOutcomeUnknownError);
    local.resume();
  });

  it('F9 Redis down: an enqueue is refused, and nothing was enqueued', async () => {
    await local.kill();
    await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueRejectedError);
    await local.restart();
    await eventually(() => enqueuer.enqueue('n'));
    expect(await redis.llen('work:jobs:n')).toBe(1);
  });
});
