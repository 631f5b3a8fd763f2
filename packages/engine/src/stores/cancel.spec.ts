import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import {
  InvalidJobNameError,
  InvalidOptionError,
  JobCancelledError,
  JobLostError,
  SnoozeJobError,
} from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { newEntry } from '../job/job-entry.js';
import { silentLogger } from '../logging/logger.js';
import type { Handler } from '../job/handler.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from '../pool/worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;
let pools: WorkerPool[];

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  client = new Client(ns.options);
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  await ns.close();
});

/** A pool that notes what became of its jobs, by id. */
function aPool(
  handler: Handler<unknown, never>,
  options: Partial<WorkerPoolOptions> = {},
): { pool: WorkerPool; fates: Map<string, string> } {
  const fates = new Map<string, string>();
  const pool = new WorkerPool({
    ...{ ...ns.options, logger: silentLogger, shutdownTimeout: 0 },
    ...options,
  }).job('n', { backoff: () => 0, maxFails: 2 }, handler as Handler);
  pool.on('settled', ({ job, fate }) => fates.set(job.id, fate.kind));
  pools.push(pool);
  return { pool, fates };
}

/** Runs until its signal aborts, and then fails with the reason. */
function obedient(started = new Gate()): Handler<unknown, never> {
  return async (job: Job) => {
    const aborted = new Promise((_resolve, reject) => {
      job.signal.onabort = () => reject(job.signal.reason as Error);
    });
    void started.pass();
    await aborted;
  };
}

async function leftovers(): Promise<string[]> {
  const keys = await ns.redis.keys(`${ns.keys.prefix}*`);
  return keys.filter((key) =>
    /:(retry|scheduled|dead|unique:.*|unique_owner:.*|jobs:\w+|cancelled|attempts:.*)$/.test(key),
  );
}

describe('cancelling a job that waits', () => {
  it('removes it from its queue', async () => {
    const { id } = await enqueuer.enqueue('n', { i: 1 });
    const other = await enqueuer.enqueue('n', { i: 2 });
    const result = await enqueuer.cancel(id);
    expect(result).toMatchObject({ status: 'removed', from: 'queue', job: { id, args: { i: 1 } } });
    expect((await client.queue('n').list()).jobs.map(({ job }) => job?.id)).toEqual([other.id]);
  });

  it('removes it from the scheduled jobs', async () => {
    const { id } = await enqueuer.enqueue('n', undefined, { in: '1m' });
    expect(await enqueuer.cancel(id, { jobName: 'n' })).toMatchObject({ from: 'scheduled' });
    expect(await leftovers()).toEqual([]);
  });

  it('removes it from those that wait for their retry, with its attempts', async () => {
    const { pool } = aPool(() => {
      throw new Error('boom');
    });
    const retry = new WorkerPool({ ...ns.options, logger: silentLogger, shutdownTimeout: 0 });
    pools.push(retry.job('m', { backoff: () => '600s' }, () => Promise.reject(new Error('boom'))));
    await pool.start();
    await retry.start();
    const { id } = await enqueuer.enqueue('m');
    await eventually(async () => expect(await client.attempts(id)).toHaveLength(1));
    expect(await client.cancel(id)).toMatchObject({ status: 'removed', from: 'retry' });
    expect(await leftovers()).toEqual([]);
  });

  it('frees the claim of a unique one', async () => {
    const { job: waiting } = await enqueuer.enqueue('n', { i: 1 }, { unique: true });
    await enqueuer.cancel(waiting?.id ?? '');
    const { job: scheduled } = await enqueuer.enqueue(
      'n',
      { i: 2 },
      { in: '1m', unique: { key: { key: 1 } } },
    );
    await enqueuer.cancel(scheduled?.id ?? '');
    expect(await leftovers()).toEqual([]);
  });

  it('finds it however its entry writes its id', async () => {
    const id = 'periodic:n:*/5 * * * * *:1700000000<&';
    const shuffled = `{"args":{"id":"x"},"t":1,"id" : ${JSON.stringify(id).replaceAll('/', '\\/')},"name":"n"}`;
    const byGo = `{"name":"n","id":"periodic:n:*/5 * * * * *:1700000000\\u003c\\u0026","t":1,"args":null}`;
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    for (const entry of [shuffled, byGo]) {
      await ns.redis.zadd(ns.keys.scheduled, 9_999_999_999, entry);
      expect(await enqueuer.cancel(id)).toMatchObject({ status: 'removed' });
    }
  });

  it('does not take a job for it that only names its id', async () => {
    const { id } = await enqueuer.enqueue('n');
    const other = await enqueuer.enqueue('n', { id }, { in: '1m' });
    await enqueuer.cancel(id);
    expect((await client.scheduled.list()).jobs.map(({ job }) => job?.id)).toEqual([other.id]);
  });

  it('finds it among many, in long queues and large sets', async () => {
    const jobs = await enqueuer.enqueueMany(
      Array.from({ length: 5_000 }, (_, i) => ({ name: 'n', args: { i } })),
    );
    const entries = jobs.map(({ id }, i) => [
      i,
      newEntry({ ...{ name: 'n', id: `s${id}` }, enqueuedAt: 1, argsText: 'null' }),
    ]);
    await ns.redis.zadd(ns.keys.scheduled, ...entries.flat());
    for (const i of [0, 1, 999, 1_000, 2_500, 4_999]) {
      const id = jobs[i]?.id ?? '';
      expect(await enqueuer.cancel(id)).toMatchObject({ from: 'queue', job: { args: { i } } });
      expect(await enqueuer.cancel(`s${id}`)).toMatchObject({ from: 'scheduled' });
    }
    expect(await ns.redis.llen(ns.keys.queue('n'))).toBe(4_994);
    expect(await ns.redis.zcard(ns.keys.scheduled)).toBe(4_994);
  });

  it('has one in the middle of a very long queue dropped when its turn comes', async () => {
    const before = Array.from(
      { length: 31_000 },
      (_, i) => `{"name":"n","id":"${i}","t":1,"args":null}`,
    );
    const { id } = await enqueuer.enqueue('n');
    await ns.redis.rpush(ns.keys.queue('n'), ...before);
    await ns.redis.lpush(ns.keys.queue('n'), ...before);
    expect(await enqueuer.cancel(id)).toEqual({ status: 'marked' });
    await ns.redis.ltrim(ns.keys.queue('n'), 30_990, 31_010);
    const ran: string[] = [];
    const { pool, fates } = aPool((job: Job) => void ran.push(job.id));
    await pool.drain();
    expect(fates.get(id)).toBe('cancelled');
    expect(ran).toHaveLength(20);
    expect(ran).not.toContain(id);
  });
});

describe('cancelling a job that runs', () => {
  it('aborts its signal with the reason; it is neither retried nor kept', async () => {
    const started = new Gate();
    const { pool, fates } = aPool(obedient(started));
    const errors: unknown[] = [];
    pool.middleware(async (_job, next) =>
      next().catch((error: unknown) => {
        errors.push(error);
        throw error;
      }),
    );
    await pool.start();
    const { job } = await enqueuer.enqueue('n', undefined, { unique: true });
    const id = job?.id ?? '';
    await started.reached;
    expect(await enqueuer.cancel(id)).toEqual({ status: 'signalled' });
    await eventually(() => expect(fates.get(id)).toBe('cancelled'));
    expect(errors).toEqual([expect.any(JobCancelledError)]);
    expect(errors[0]).toMatchObject({ jobName: 'n', jobId: id });
    expect(await leftovers()).toEqual([]);
    expect(await ns.lock('n')).toBe(0);
  });

  it('reaches the job in whichever pool it runs, and no other job', async () => {
    const gates = [new Gate(), new Gate()];
    const all = gates.map((gate) => aPool(obedient(gate), { concurrency: 1 }));
    await Promise.all(all.map(({ pool }) => pool.start()));
    const jobs = await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await Promise.all(gates.map(({ reached }) => reached));
    const [first, second] = jobs.map(({ id }) => id);
    await client.cancel(first ?? '', { jobName: 'n' });
    await eventually(() =>
      expect(all.flatMap(({ fates }) => [...fates])).toEqual([[first, 'cancelled']]),
    );
    expect(all.reduce((busy, { pool }) => busy + pool.busy, 0)).toBe(1);
    await client.cancel(second ?? '');
  });

  it('lets it be done when its handler returns all the same', async () => {
    const started = new Gate();
    const { pool, fates } = aPool(async (job: Job) => {
      const aborted = new Promise((resolve) => (job.signal.onabort = resolve));
      void started.pass();
      await aborted;
    });
    await pool.start();
    const { id } = await enqueuer.enqueue('n');
    await started.reached;
    await enqueuer.cancel(id);
    await eventually(() => expect(fates.get(id)).toBe('done'));
    expect(await leftovers()).toEqual([]);
  });

  it('overrides the fate that its handler asks for', async () => {
    const started = new Gate();
    const { pool, fates } = aPool(async (job: Job) => {
      const aborted = new Promise((resolve) => (job.signal.onabort = resolve));
      void started.pass();
      await aborted;
      throw new SnoozeJobError('60s');
    });
    await pool.start();
    const { id } = await enqueuer.enqueue('n');
    await started.reached;
    await enqueuer.cancel(id);
    await eventually(() => expect(fates.get(id)).toBe('cancelled'));
  });

  it('does no more when it is done twice', async () => {
    const started = new Gate();
    let aborts = 0;
    const ended = new Gate();
    const { pool, fates } = aPool(async (job: Job) => {
      job.signal.addEventListener('abort', () => aborts++);
      void started.pass();
      await ended.opened;
      job.signal.throwIfAborted();
    });
    await pool.start();
    const { id } = await enqueuer.enqueue('n');
    await started.reached;
    expect(await enqueuer.cancel(id)).toEqual({ status: 'signalled' });
    expect(await enqueuer.cancel(id)).toEqual({ status: 'signalled' });
    await eventually(() => expect(aborts).toBe(1));
    ended.open();
    await eventually(() => expect(fates.get(id)).toBe('cancelled'));
    expect(await enqueuer.cancel(id)).toEqual({ status: 'notFound' });
    expect(aborts).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  it('is not put back when the pool stops before it has ended', async () => {
    const started = new Gate();
    let aborted = false;
    const { pool, fates } = aPool(async (job: Job) => {
      job.signal.onabort = () => (aborted = true);
      await started.pass();
    });
    await pool.start();
    const { id } = await enqueuer.enqueue('n');
    await started.reached;
    await enqueuer.cancel(id);
    await eventually(() => expect(aborted).toBe(true));
    await pool.stop();
    expect(fates.get(id)).toBe('cancelled');
    expect(await leftovers()).toEqual([]);
    started.open();
  });

  it('cannot reach a pool of gocraft/work, and says so', async () => {
    const entry = newEntry({ name: 'n', id: 'i', enqueuedAt: 1, argsText: 'null' });
    await ns.redis.lpush(ns.keys.inProgress('n', 'go'), entry);
    await ns.redis.hset(ns.keys.lockInfo('n'), 'go', 1);
    await ns.redis.hset(ns.keys.heartbeat('go'), 'heartbeat_at', 1);
    expect(await enqueuer.cancel('i', { jobName: 'n' })).toEqual({ status: 'ignored' });
    expect(await leftovers()).toEqual([]);
  });

  it('drops the job when its process has died and it is put back', async () => {
    const { id, raw } = {
      id: 'i',
      raw: newEntry({ name: 'n', id: 'i', enqueuedAt: 1, argsText: 'null' }),
    };
    await ns.redis.lpush(ns.keys.inProgress('n', 'dead'), raw);
    await ns.redis.hset(ns.keys.lockInfo('n'), 'dead', 1);
    expect(await enqueuer.cancel(id, { jobName: 'n' })).toEqual({ status: 'signalled' });
    await ns.redis.rename(ns.keys.inProgress('n', 'dead'), ns.keys.queue('n'));
    await ns.redis.hdel(ns.keys.lockInfo('n'), 'dead');
    const { pool, fates } = aPool(() => Promise.reject(new Error('it was run')));
    await pool.drain();
    expect(fates.get(id)).toBe('cancelled');
    expect(await leftovers()).toEqual([]);
  });
});

describe('cancelling a job that was fetched ahead', () => {
  it('prevents the run, and leaves nothing behind', async () => {
    const gate = new Gate();
    const seen = new Set<string>();
    const waiting = new Gate();
    let ahead: string[] = [];
    const isNone = (): boolean => ahead.length === 0;
    const { pool, fates } = aPool(
      async (job: Job<{ i: number }>) => {
        seen.add(job.id);
        // A job that a busy machine holds up has none fetched ahead for a while.
        if (job.args.i >= 300 && isNone()) {
          const entries = await ns.redis.lrange(ns.keys.inProgress('n', pool.id), 0, -1);
          const ids = entries.map((entry) => (JSON.parse(entry) as { id: string }).id);
          if (isNone()) ahead = ids.filter((id) => !seen.has(id));
          if (!isNone()) void waiting.pass();
        }
        if (!isNone()) await gate.opened;
      },
      { concurrency: 2 },
    );
    await enqueuer.enqueueMany(
      Array.from({ length: 2_000 }, (_, i) => ({ name: 'n', args: { i } })),
    );
    await pool.start();
    await waiting.reached;
    const [id = ''] = ahead;
    const { status } = await enqueuer.cancel(id, { jobName: 'n' });
    // Given back, because nobody is about to run it: until then it would begin, and its signal abort.
    await eventually(async () => expect(await ns.inProgress('n')).toBe(2));
    gate.open();
    await pool.drain();
    expect(id).not.toBe('');
    expect(seen).not.toContain(id);
    expect(status === 'removed' || fates.get(id) === 'cancelled').toBe(true);
    expect(seen.size).toBe(1_999);
    expect(await leftovers()).toEqual([]);
  });
});

describe('a job that is marked when it is fetched', () => {
  it('is dropped, and frees the claim that it holds', async () => {
    const { job } = await enqueuer.enqueue('held', undefined, { unique: true });
    await ns.redis.zadd(ns.keys.cancelled, 9_999_999_999_999, job?.id ?? '');
    const { pool, fates } = aPool(() => undefined);
    pool.job('held', { uniqueUntil: 'done' }, () => Promise.reject(new Error('it was run')));
    await pool.drain();
    expect(fates.get(job?.id ?? '')).toBe('cancelled');
    expect(await leftovers()).toEqual([]);
    expect(await ns.lock('held')).toBe(0);
  });

  it('is not one whose arguments name a marked id', async () => {
    await ns.redis.zadd(ns.keys.cancelled, 9_999_999_999_999, 'marked');
    const { id } = await enqueuer.enqueue('n', { id: 'marked' });
    const { pool, fates } = aPool(() => undefined);
    await pool.drain();
    expect(fates.get(id)).toBe('done');
  });

  it('runs when somebody has retried it since', async () => {
    const clock = new FakeClock();
    const entry = newEntry({ name: 'n', id: 'i', enqueuedAt: 1, argsText: 'null' });
    await ns.redis.zadd(ns.keys.dead, 5, entry);
    await ns.redis.zadd(ns.keys.cancelled, 9_999_999_999_999, 'i');
    const { pool, fates } = aPool(() => undefined, { clock });
    await pool.start();
    await client.dead.runAll();
    await eventually(() => expect(fates.get('i')).toBe('done'));
  });
});

describe('cancelling', () => {
  it('finds nothing where a job is done, dead or unknown, and leaves no mark', async () => {
    const { pool } = aPool(() => undefined);
    const { id } = await enqueuer.enqueue('n');
    await pool.drain();
    await ns.redis.zadd(
      ns.keys.dead,
      5,
      newEntry({ name: 'n', id: 'dead', enqueuedAt: 1, argsText: 'null' }),
    );
    for (const one of [id, 'dead', 'unknown']) {
      expect(await enqueuer.cancel(one)).toEqual({ status: 'notFound' });
    }
    expect(await ns.redis.exists(ns.keys.cancelled)).toBe(0);
    expect(await ns.redis.zcard(ns.keys.dead)).toBe(1);
  });

  it('refuses invalid ids and names', async () => {
    await expect(enqueuer.cancel('')).rejects.toThrow(InvalidOptionError);
    await expect(client.cancel('i', { jobName: 'a:lock' })).rejects.toThrow(InvalidJobNameError);
  });

  it('removes a job for one of two that cancel it at once', async () => {
    const { id } = await enqueuer.enqueue('n', undefined, { in: '1m' });
    const results = await Promise.all([enqueuer.cancel(id), client.cancel(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['notFound', 'removed']);
    expect(await ns.redis.exists(ns.keys.cancelled)).toBe(0);
  });

  it('returns the right status for jobs that move during the search', async () => {
    const ran = new Set<string>();
    const { pool, fates } = aPool(
      async (job: Job) => {
        if (job.fails === 0) throw new Error('boom'); // retried at once
        ran.add(job.id);
        await new Promise(setImmediate);
        job.signal.throwIfAborted();
      },
      { concurrency: 5 },
    );
    const jobs = await enqueuer.enqueueMany(Array.from({ length: 200 }, () => ({ name: 'n' })));
    await pool.start();
    const results = await Promise.all(
      jobs.map(async ({ id }) => ({ id, ...(await enqueuer.cancel(id, { jobName: 'n' })) })),
    );
    await eventually(async () => {
      expect(await ns.inProgress('n')).toBe(0);
      expect((await leftovers()).filter((key) => !key.endsWith('cancelled'))).toEqual([]);
    });
    for (const { id, status } of results) {
      if (status === 'removed') expect(ran).not.toContain(id);
      else if (status === 'notFound') expect(fates.get(id)).toBe('done');
      else expect(['cancelled', 'done']).toContain(fates.get(id));
    }
  });
});

describe('a job that is taken from a pool while it runs', () => {
  it('aborts its signal, and is not settled here', async () => {
    const started = new Gate();
    const lost: string[] = [];
    const reasons: unknown[] = [];
    const { pool } = aPool(
      async (job: Job) => {
        const aborted = new Promise((resolve) => (job.signal.onabort = resolve));
        void started.pass();
        await aborted;
        reasons.push(job.signal.reason);
      },
      { timing: { audit: 50 } },
    );
    pool.on('ownershipLost', ({ job }) => lost.push(job.id));
    await pool.start();
    const { id } = await enqueuer.enqueue('n');
    await started.reached;
    await ns.redis.rename(ns.keys.inProgress('n', pool.id), 'elsewhere');
    await ns.redis.del('elsewhere');
    await eventually(() => expect(lost).toEqual([id]));
    expect(reasons).toEqual([expect.any(JobLostError)]);
  });
});
