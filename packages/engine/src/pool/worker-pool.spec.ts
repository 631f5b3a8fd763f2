import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import {
  ClosedError,
  KillJobError,
  DuplicateJobError,
  InvalidJobNameError,
  InvalidOptionError,
  JobTimeoutError,
  PoolStartedError,
  PoolStoppingError,
  SnoozeJobError,
} from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { silentLogger } from '../logging/logger.js';
import type { SettledJob } from './pool-events.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Gate } from '../../../../test/support/gate.js';
import { seededRandom } from '../testing/seeded-random.js';
import { TEST_REDIS_URL, TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let pools: WorkerPool[];

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  await ns.close();
});

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    ...ns.options,
    logger: silentLogger,
    shutdownTimeout: 0,
    ...options,
  });
  pools.push(pool);
  return pool;
}

async function nextSettled(pool: WorkerPool): Promise<SettledJob> {
  const [settled] = (await once(pool, 'settled')) as [SettledJob];
  return settled;
}

describe('when it starts', () => {
  const started = async (options: Partial<WorkerPoolOptions>): Promise<string[]> => {
    const lines: string[] = [];
    const logger = { ...silentLogger, log: (line: string) => lines.push(line) };
    await aPool({ ...options, logger })
      .job('a', () => undefined)
      .job('b', () => undefined)
      .periodicallyEnqueue('@daily', 'a')
      .start();
    return lines;
  };

  it('a pool logs its jobs and its place', async () => {
    const place = process.env.NESTCRAFT_TEST_ENGINE === 'memory' ? 'memory/0' : '127.0.0.1:';
    expect(await started({ concurrency: 7 })).toEqual([
      expect.stringContaining(
        `Worker pool starts: 2 jobs: a, b; 1 schedule; namespace ${ns.namespace} at ${place}`,
      ),
    ]);
  });

  it('a pool says nothing where that is not wanted', async () => {
    expect(await started({ announce: false })).toEqual([]);
  });
});

describe('a job', () => {
  it('runs with its arguments and leaves nothing behind', async () => {
    const seen: unknown[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.args));
    await enqueuer.enqueue('n', { text: 'é😀', list: [], deep: { n: null } });
    await pool.drain();
    expect(seen).toEqual([{ text: 'é😀', list: [], deep: { n: null } }]);
    expect(await ns.inProgress('n')).toBe(0);
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.queue('n')).toEqual([]);
  });

  it('is run by any worker, each job once, in the order of its queue', async () => {
    const seen: number[] = [];
    const pool = aPool({ concurrency: 7 }).job('n', (job) => seen.push(job.argInt('i')));
    await enqueuer.enqueueMany(
      Array.from({ length: 1_000 }, (_, i) => ({ name: 'n', args: { i } })),
    );
    await pool.drain();
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  });

  it('whose delay is 0 runs again at once, in the same second', async () => {
    const clock = new FakeClock(1_700_000_000.5); // which stands still: the next second never comes
    const runs: number[] = [];
    const pool = aPool({ clock }).job('n', { backoff: () => 0 }, (job) => {
      runs.push(job.fails);
      if (job.fails < 2) throw new Error('boom');
    });
    await enqueuer.enqueue('n');
    await pool.start();
    await eventually(() => expect(runs).toEqual([0, 1, 2]));
  });

  it('fails into retry, with its arguments to the byte, and runs again when it is due', async () => {
    const clock = new FakeClock(1_700_000_000);
    const args = '{"big":9007199254740993,"float":1.0,"list":[],"s":"\\u2028\\/"}';
    await ns.redis.lpush(ns.keys.queue('n'), `{"name":"n","id":"i","t":1,"args":${args}}`);
    const failed: number[] = [];
    const boom = Object.assign(new Error('boom'), { stack: 'without frames' });
    const pool = aPool({ clock }).job('n', { backoff: () => '60s' }, (job) => {
      if (job.fails === 0) throw boom;
      failed.push(job.fails);
    });
    await pool.start();
    await eventually(async () => {
      expect(await ns.redis.zrange(ns.keys.retry, '0', '-1', 'WITHSCORES')).toEqual([
        `{"name":"n","id":"i","t":1,"args":${args},"fails":1,"err":"boom","failed_at":1700000000}`,
        '1700000060',
      ]);
    });
    expect(failed).toEqual([]);
    clock.advance(60);
    await ns.redis.zadd(ns.keys.retry, 9_999_999_999, '{"name":"wakes the requeuer"}');
    await eventually(() => expect(failed).toEqual([1]));
  });

  it('is dead after maxFails runs', async () => {
    const clock = new FakeClock(1_700_000_000);
    const pool = aPool({ clock }).job('n', { maxFails: 1 }, () => {
      throw new Error('boom');
    });
    const { id } = await enqueuer.enqueue('n', { i: 1 });
    await pool.drain();
    expect(await ns.set('dead')).toEqual([
      {
        entry: expect.objectContaining({ id, args: { i: 1 }, fails: 1, err: 'boom' }) as unknown,
        score: 1_700_000_000,
      },
    ]);
    expect(await ns.inProgress('n')).toBe(0);
  });

  it('is forgotten after maxFails runs with skipDead', async () => {
    const pool = aPool().job('n', { maxFails: 1, skipDead: true }, () => {
      throw new Error('boom');
    });
    await enqueuer.enqueue('n');
    const [settled] = await Promise.all([nextSettled(pool), pool.drain()]);
    expect(settled.fate).toMatchObject({ kind: 'dropped', failure: { error: 'boom' } });
    expect(await ns.set('dead')).toEqual([]);
  });

  it('is dead at once when its handler kills it', async () => {
    const pool = aPool().job('n', () => {
      throw new KillJobError('no such user');
    });
    await enqueuer.enqueue('n');
    await pool.drain();
    expect(await ns.set('dead')).toEqual([
      {
        entry: expect.objectContaining({ err: 'no such user' }) as unknown,
        score: expect.any(Number) as unknown,
      },
    ]);
  });

  it('is scheduled again, without a failure, when its handler snoozes it', async () => {
    const clock = new FakeClock(1_700_000_000);
    const pool = aPool({ clock }).job('n', () => {
      throw new SnoozeJobError('30s');
    });
    const { id } = await enqueuer.enqueue('n', { i: 1 });
    await pool.drain();
    const [scheduled] = await ns.set('scheduled');
    expect(scheduled?.score).toBe(1_700_000_030);
    expect(scheduled?.entry).toMatchObject({ id, args: { i: 1 } });
    expect(scheduled?.entry).not.toHaveProperty('fails');
  });

  it('fails with JobTimeoutError and frees its worker, though its handler goes on', async () => {
    const gate = new Gate();
    const reasons: unknown[] = [];
    const pool = aPool({ concurrency: 1 })
      .job('slow', { timeout: 20, maxFails: 1 }, async ({ signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        await gate.opened;
      })
      .job('next', () => undefined);
    await pool.start();
    await enqueuer.enqueue('slow');
    const slow = await nextSettled(pool);
    expect(slow.error).toBeInstanceOf(JobTimeoutError);
    expect(slow.error).toMatchObject({ jobName: 'slow', timeout: 20 });
    expect(slow.fate.kind).toBe('dead');
    expect(reasons).toEqual([slow.error]);
    await enqueuer.enqueue('next');
    expect((await nextSettled(pool)).job.name).toBe('next');
    gate.open();
  });

  it('that names a handler of every object is left alone by a pool without that job', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      await enqueuer.enqueue(name);
    }
    const pool = aPool().job('n', () => undefined);
    await pool.drain();
    expect(await ns.queue('constructor')).toHaveLength(1);
    expect(await ns.queue('__proto__')).toHaveLength(1);
  });

  it.each([
    ['text', 'not a job'],
    ['JSON without a name', '{"id":"i"}'],
    ['args that Go cannot decode', '{"name":"n","id":"i","t":1,"args":[1]}'],
    ['the name of another queue', '{"name":"other","id":"i","t":1,"args":null}'],
  ])('that is none (%s) ends among the dead and holds nothing up', async (_what, text) => {
    const seen: string[] = [];
    const pool = aPool().job('n', { maxConcurrency: 1 }, (job) => seen.push(job.id));
    await ns.redis.lpush(ns.keys.queue('n'), text);
    const { id } = await enqueuer.enqueue('n');
    await pool.drain();
    expect(seen).toEqual([id]);
    expect(await ns.set('dead')).toMatchObject(
      [{ entry: { name: 'n', args: { raw: text }, fails: 1, err: /^undecodable job: / } }].map(
        ({ entry }) => ({ entry: { ...entry, err: expect.stringMatching(entry.err) } }),
      ),
    );
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.lock('other')).toBe(0);
    expect(await ns.inProgress('n')).toBe(0);
  });

  it('with bytes that are not UTF-8 runs and can be settled', async () => {
    const bytes = [
      Buffer.from('{"name":"n","id":"i","t":1,"args":{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ];
    const seen: unknown[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.args));
    await ns.redis.lpush(ns.keys.queue('n'), Buffer.concat(bytes));
    await pool.drain();
    expect(seen).toEqual([{ a: '\ufffd' }]);
    expect(await ns.inProgress('n')).toBe(0);
  });
});

describe('a job that was taken from a dead pool', () => {
  it('leaves nothing behind when it is done', async () => {
    const traces = [ns.keys.deaths('i'), ns.keys.attempts('i')] as const;
    await ns.redis.set(traces[0], 1);
    await ns.redis.lpush(traces[1], '{}');
    await ns.redis.lpush(
      ns.keys.queue('n'),
      '{"name":"n","id":"i","t":1,"args":null,"reaped":true}',
    );
    const seen: unknown[] = [];
    const pool = aPool().job('n', (job) => seen.push(job.id));
    await pool.drain();
    expect(seen).toEqual(['i']);
    expect(await ns.redis.exists(...traces)).toBe(0);
  });
});

describe('a job whose handler throws an unreadable value', () => {
  it('has failed, and its worker goes on', async () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    const seen: unknown[] = [];
    const pool = aPool({ concurrency: 1 })
      .job('n', { maxFails: 1 }, () => Promise.reject(proxy))
      .job('m', () => seen.push('m'));
    const settled = nextSettled(pool);
    await enqueuer.enqueue('n');
    await pool.drain();
    const standIn = new Error('a thrown object that cannot be shown');
    expect(await settled).toMatchObject({ fate: { kind: 'dead' }, error: standIn });
    await enqueuer.enqueue('m');
    await pool.drain();
    expect(seen).toEqual(['m']);
    expect(await ns.redis.llen(ns.keys.inProgress('n', pool.id))).toBe(0);
  });
});

describe('middleware and context', () => {
  it('share one fresh object per job with the handler', async () => {
    class Context {
      readonly log: string[] = [];
    }
    const contexts: Context[] = [];
    const pool = new WorkerPool<Context>({ ...ns.options, context: () => new Context() });
    pool
      .middleware(async (job, next, context) => {
        context.log.push(`middleware ${job.name}`);
        await next();
        contexts.push(context);
      })
      .job('n', (_job, context) => context.log.push('handler'));
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await pool.drain();
    await pool.stop();
    expect(contexts).toHaveLength(2);
    expect(contexts[0]).not.toBe(contexts[1]);
    for (const { log } of contexts) expect(log).toEqual(['middleware n', 'handler']);
  });

  it.each(['context', 'middleware', 'listener'])(
    'that throw (%s) harm only the job',
    async (which) => {
      const fail = (): never => {
        throw new Error(`boom in ${which}`);
      };
      const pool = aPool({ ...(which === 'context' && { context: fail }) });
      if (which === 'middleware') pool.middleware(fail);
      if (which === 'listener') pool.on('settled', fail).on('started', fail);
      pool.job('n', { maxFails: 1 }, () => undefined);
      await enqueuer.enqueue('n');
      await pool.drain();
      expect(await ns.set('dead')).toHaveLength(which === 'listener' ? 0 : 1);
      expect(await ns.inProgress('n')).toBe(0);
    },
  );
});

describe('waking', () => {
  it('an idle pool starts a job that plain LPUSH brings, long before its safety poll', async () => {
    const pool = aPool({ timing: { safetyPoll: 3_600_000 } }).job('n', () => undefined);
    await pool.drain();
    for (let i = 0; i < 5; i++) {
      const settled = nextSettled(pool);
      await ns.redis.lpush(ns.keys.queue('n'), `{"name":"n","id":"${i}","t":1,"args":null}`);
      expect((await settled).job.id).toBe(String(i));
      await pool.drain();
    }
  });

  it('a limit that is raised lets more jobs begin, one that is lowered fewer', async () => {
    const client = new Client(ns.options);
    const gates = [new Gate(), new Gate(), new Gate()];
    const started: number[] = [];
    const pool = aPool({ timing: { safetyPoll: 60_000 } }).job(
      'n',
      { maxConcurrency: 1 },
      async (job) => {
        started.push(job.argInt('i'));
        await gates[job.argInt('i')]?.opened;
      },
    );
    await enqueuer.enqueueMany([0, 1, 2].map((i) => ({ name: 'n', args: { i } })));
    await pool.start();
    await eventually(() => expect(started).toEqual([0]));
    await client.queue('n').limit(2);
    await eventually(() => expect(started).toEqual([0, 1]));
    await client.queue('n').limit(1);
    gates[0]?.open();
    await eventually(async () => expect(await ns.lock('n')).toBe(1));
    expect(started).toEqual([0, 1]);
    gates[1]?.open();
    await eventually(() => expect(started).toEqual([0, 1, 2]));
    gates[2]?.open();
    client.close();
  });

  it('a job that was paused starts when the pause is lifted', async () => {
    const pool = aPool({ timing: { safetyPoll: 3_600_000 } }).job('n', () => undefined);
    await ns.redis.set(ns.keys.paused('n'), '');
    await enqueuer.enqueue('n');
    await pool.drain();
    expect(await ns.queue('n')).toHaveLength(1);
    const settled = nextSettled(pool);
    await ns.redis.del(ns.keys.paused('n'));
    await settled;
  });

  it('a job over its limit starts when another pool is done', async () => {
    const gates = [new Gate(), new Gate()];
    const running: string[] = [];
    for (const gate of gates) {
      const pool = aPool({ timing: { safetyPoll: 3_600_000 } });
      pool.job('n', { maxConcurrency: 1 }, async (job) => {
        running.push(job.id);
        await gate.opened;
      });
      await pool.start();
    }
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await eventually(() => expect(running).toHaveLength(1));
    await eventually(async () => expect(await ns.lock('n')).toBe(1));
    expect(running).toHaveLength(1);
    for (const gate of gates) gate.open();
    await eventually(() => expect(running).toHaveLength(2));
    await eventually(async () => expect(await ns.lock('n')).toBe(0));
  });

  it('polls where the server refuses to watch', async () => {
    const real = new TestNamespace(TEST_REDIS_URL); // the one in memory refuses nothing
    await real.redis.call(
      'ACL',
      'SETUSER',
      real.namespace,
      'on',
      'nopass',
      '~*',
      '&*',
      '+@all',
      // All of CLIENT but its TRACKING; Redis 6.2 cannot take away a subcommand alone.
      ...['-client', '+client|id', '+client|setname', '+client|caching'],
    );
    const { port } = new URL(TEST_REDIS_URL);
    const redis = { port: Number(port), username: real.namespace, password: 'any' };
    const { namespace } = real;
    const pool = aPool({ redis, namespace }).job('n', () => undefined);
    await pool.start();
    const settled = nextSettled(pool);
    const other = new Enqueuer({ redis, namespace });
    await other.enqueue('n');
    await settled;
    await pool.stop();
    await other.close();
    await real.redis.call('ACL', 'DELUSER', namespace);
    await real.close();
  });
});

describe('limits and priorities', () => {
  it('never runs more jobs of a name at once than maxConcurrency, in all pools', async () => {
    let [running, most] = [0, 0];
    const handler = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    };
    const both = [0, 1].map(() =>
      aPool({ concurrency: 10 }).job('n', { maxConcurrency: 3 }, handler),
    );
    await enqueuer.enqueueMany(Array.from({ length: 200 }, () => ({ name: 'n' })));
    await Promise.all(both.map((pool) => pool.drain()));
    expect(most).toBe(3);
    await eventually(async () => expect(await ns.lock('n')).toBe(0));
  });

  it('shares out fetches by priority', async () => {
    const order: string[] = [];
    const pool = aPool({ concurrency: 10, random: seededRandom(7) });
    pool.job('low', { priority: 1 }, (job) => order.push(job.name));
    pool.job('high', { priority: 9 }, (job) => order.push(job.name));
    await enqueuer.enqueueMany(
      Array.from({ length: 2_000 }, (_, i) => ({ name: i % 2 ? 'low' : 'high' })),
    );
    await pool.drain();
    const whileBothWait = order.slice(0, 1_000);
    const high = whileBothWait.filter((name) => name === 'high').length;
    expect(high).toBeGreaterThan(850);
    expect(high).toBeLessThan(950);
  });
});

describe('prefetch', () => {
  /** Enqueues many jobs, and waits until a pool whose handlers are quick has begun a tenth of them. */
  async function aPoolInFullFlight(handler: (i: number) => unknown): Promise<WorkerPool> {
    let began: () => void;
    const isUnderWay = new Promise<void>((resolve) => (began = resolve));
    const pool = aPool({ concurrency: 2 }).job('n', (job) => {
      const i = job.argInt('i');
      if (i === 300) began();
      return handler(i);
    });
    await enqueuer.enqueueMany(
      Array.from({ length: 3_000 }, (_, i) => ({ name: 'n', args: { i } })),
    );
    await pool.start();
    await isUnderWay;
    return pool;
  }

  async function numbersInQueue(): Promise<number[]> {
    const entries = await ns.queue('n');
    return entries.map((entry) => (JSON.parse(entry) as { args: { i: number } }).args.i).reverse();
  }

  it('runs every job once, in the order of their queue, and drains', async () => {
    const seen: number[] = [];
    const pool = await aPoolInFullFlight((i) => seen.push(i));
    await pool.drain();
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
    expect(pool.busy).toBe(0);
    expect(await ns.inProgress('n')).toBe(0);
    expect(await ns.lock('n')).toBe(0);
  });

  it('puts back unstarted jobs on stop, in their places and order', async () => {
    const seen: number[] = [];
    const pool = await aPoolInFullFlight((i) => seen.push(i));
    await pool.stop();
    const left = await numbersInQueue();
    expect([...seen, ...left]).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
    expect(left.length).toBeGreaterThan(0);
    expect(await ns.inProgress('n')).toBe(0);
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.set('retry')).toEqual([]);
  });

  it('gives jobs back when handlers turn slow; those of a name that is paused then stay', async () => {
    const gate = new Gate();
    const seen: number[] = [];
    await aPoolInFullFlight((i) => {
      seen.push(i);
      return i < 400 ? undefined : gate.opened;
    });
    await eventually(async () => {
      expect(seen).toHaveLength(402);
      expect(await ns.inProgress('n')).toBe(2);
    });
    await ns.redis.set(ns.keys.paused('n'), '1');
    expect(seen).toEqual(Array.from({ length: 402 }, (_, i) => i));
    expect(await numbersInQueue()).toEqual(Array.from({ length: 2_598 }, (_, i) => i + 402));
    gate.open();
    await eventually(async () => expect(await ns.inProgress('n')).toBe(0));
    expect(seen).toHaveLength(402);
  });
});

describe('stop', () => {
  it('leaves no heartbeat when the pool is still starting', async () => {
    await ns.redis.set(ns.keys.maxConcurrency('n'), '5');
    const stopping = new Gate();
    const warn = (): void => {
      void stopping.pass();
      void pool.stop(); // registered, and not at work yet
    };
    const pool = aPool({ logger: { ...silentLogger, warn } });
    pool.job('n', { maxConcurrency: 2 }, () => undefined);
    await pool.start();
    await stopping.reached;
    await pool.stop();
    expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual([]);
    expect(await ns.redis.exists(ns.keys.heartbeat(pool.id))).toBe(0);
  });

  it('waits for the running jobs and begins no other', async () => {
    const gate = new Gate();
    const started: string[] = [];
    const pool = aPool({ concurrency: 2, shutdownTimeout: 10_000 }).job('n', async (job) => {
      started.push(job.id);
      await gate.opened;
    });
    await pool.start();
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }, { name: 'n' }]);
    await eventually(() => expect(started).toHaveLength(2));
    const stopped = pool.stop();
    await enqueuer.enqueue('n');
    gate.open();
    await stopped;
    expect(started).toHaveLength(2);
    expect(await ns.queue('n')).toHaveLength(2);
    expect(await ns.inProgress('n')).toBe(0);
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual([]);
    expect(await ns.redis.exists(ns.keys.heartbeat(pool.id))).toBe(0);
  });

  it('puts back jobs that do not end in time, to run next and without a failure', async () => {
    const gate = new Gate();
    const reasons: unknown[] = [];
    const pool = aPool({ concurrency: 2, shutdownTimeout: 10 }).job('n', async ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      await gate.opened;
    });
    const jobs = await enqueuer.enqueueMany([1, 2, 3].map((i) => ({ name: 'n', args: { i } })));
    await pool.start();
    await eventually(async () => expect(await ns.inProgress('n')).toBe(2));
    await pool.stop();
    gate.open();
    const ids = (await ns.queue('n')).map(
      (text) => JSON.parse(text) as { id: string; fails?: number },
    );
    expect(ids.map(({ id }) => id)).toContain(jobs[2]?.id);
    expect(ids[0]?.id).toBe(jobs[2]?.id);
    expect(new Set(ids.map(({ id }) => id))).toEqual(new Set(jobs.map(({ id }) => id)));
    expect(ids.every(({ fails }) => fails === undefined)).toBe(true);
    expect(reasons).toEqual([expect.any(PoolStoppingError), expect.any(PoolStoppingError)]);
    expect(await ns.lock('n')).toBe(0);
  });

  it('puts back a job whose handler gives up when its signal aborts', async () => {
    const pool = aPool({ shutdownTimeout: 0 }).job('n', async (job: Job) => {
      await sleep(3_600_000, undefined, { signal: job.signal });
    });
    const { id } = await enqueuer.enqueue('n');
    await pool.start();
    await eventually(async () => expect(await ns.inProgress('n')).toBe(1));
    await pool.stop();
    expect(await ns.queue('n')).toEqual([expect.stringContaining(id)]);
    expect(await ns.set('retry')).toEqual([]);
  });

  it('puts back jobs in progress that no worker accounts for', async () => {
    const pool = aPool().job('n', () => undefined);
    await pool.start();
    const list = ns.keys.inProgress('n', pool.id);
    await ns.redis.lpush(list, 'oldest', 'newest');
    await ns.redis.hset(ns.keys.lockInfo('n'), pool.id, 2);
    await ns.redis.set(ns.keys.lock('n'), 2);
    await pool.stop();
    expect(await ns.queue('n')).toEqual(['newest', 'oldest']);
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.redis.hexists(ns.keys.lockInfo('n'), pool.id)).toBe(0);
  });

  it('comes at the end of `await using`', async () => {
    const pool = aPool().job('n', () => undefined);
    await pool.start();
    await pool[Symbol.asyncDispose]();
    expect(pool.isReady).toBe(false);
    expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual([]);
    await pool[Symbol.asyncDispose]();
    await expect(pool.start()).rejects.toThrow(ClosedError);
  });

  it('can be called twice, before start, and while starting', async () => {
    const never = aPool().job('n', () => undefined);
    await Promise.all([never.stop(), never.stop()]);
    const early = aPool().job('n', () => undefined);
    await Promise.all([early.start(), early.stop()]);
    await early.stop();
  });
});

describe('registration', () => {
  it('refuses wrong names, options, handlers and duplicates', () => {
    const pool = aPool();
    expect(() => pool.job('a,b', () => undefined)).toThrow(InvalidJobNameError);
    expect(() => pool.job('n', { maxFails: 0 }, () => undefined)).toThrow(InvalidOptionError);
    expect(() => pool.job('n', undefined as never)).toThrow(InvalidOptionError);
    pool.job('n', () => undefined);
    expect(() => pool.job('n', () => undefined)).toThrow(DuplicateJobError);
    expect(() => aPool({ concurrency: 0 })).toThrow(InvalidOptionError);
    expect(() => aPool({ shutdownTimeout: -1 })).toThrow(InvalidOptionError);
  });

  it('is closed once the pool has started', async () => {
    const pool = aPool().job('n', () => undefined);
    await pool.start();
    expect(() => pool.job('m', () => undefined)).toThrow(PoolStartedError);
    expect(() => pool.middleware(() => undefined)).toThrow(PoolStartedError);
  });

  it('writes the heartbeat, the names and the given limits before the first fetch', async () => {
    await ns.redis.set(ns.keys.maxConcurrency('free'), 9);
    const pool = aPool({ concurrency: 2 })
      .job('limited', { maxConcurrency: 3 }, () => undefined)
      .job('free', () => undefined);
    await pool.start();
    expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual([pool.id]);
    expect(await ns.redis.hgetall(ns.keys.heartbeat(pool.id))).toMatchObject({
      job_names: 'free,limited',
      concurrency: '2',
      pid: String(process.pid),
      worker_ids: expect.stringMatching(/^[0-9a-f]{24},[0-9a-f]{24}$/) as unknown,
      heartbeat_at: expect.stringMatching(/^\d+$/) as unknown,
      started_at: expect.stringMatching(/^\d+$/) as unknown,
    });
    expect((await ns.redis.smembers(ns.keys.knownJobs)).sort()).toEqual(['free', 'limited']);
    expect(await ns.redis.get(ns.keys.maxConcurrency('limited'))).toBe('3');
    expect(await ns.redis.get(ns.keys.maxConcurrency('free'))).toBe('9');
  });
});

describe('ownership', () => {
  it('is lost when somebody took the job over: nothing is written, and an event says so', async () => {
    const gate = new Gate();
    const pool = aPool({ shutdownTimeout: 10_000 }).job('n', async () => {
      await gate.opened;
      throw new Error('boom');
    });
    await pool.start();
    await enqueuer.enqueue('n');
    await eventually(async () => expect(await ns.inProgress('n')).toBe(1));
    // What gocraft/work's reaper does.
    await ns.redis.rpoplpush(ns.keys.inProgress('n', pool.id), 'elsewhere');
    await ns.redis.decr(ns.keys.lock('n'));
    await ns.redis.hincrby(ns.keys.lockInfo('n'), pool.id, -1);
    const lost = once(pool, 'ownershipLost');
    gate.open();
    await lost;
    expect(await ns.set('retry')).toEqual([]);
    expect(await ns.lock('n')).toBe(0);
    await ns.redis.del('elsewhere');
  });
});
