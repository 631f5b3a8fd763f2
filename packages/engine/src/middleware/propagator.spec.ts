import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { CarrierReader } from './carrier-reader.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { PropagatorCaptureError, InvalidOptionError } from '../errors/errors.js';
import { silentLogger, type Logger } from '../logging/logger.js';
import { Job } from '../job/job.js';
import { parseEntry } from '../job/job-entry.js';
import { restore, type Propagator } from './propagator.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { CARRIER_TTL } from '../scripts/enqueuing-scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from '../pool/worker-pool.js';

const tenants = new AsyncLocalStorage<string>();

/** Carries the tenant in whose name somebody acts. */
const tenantPropagator: Propagator = {
  name: 'tenant',
  capture: () => tenants.getStore(),
  restore: (carrier, run) => (carrier === undefined ? run() : tenants.run(carrier, run)),
};

let ns: TestNamespace;
let clock: FakeClock;
let enqueuer: Enqueuer;
let pools: WorkerPool[];

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock();
  enqueuer = anEnqueuer([tenantPropagator]);
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  await ns.close();
});

function anEnqueuer(propagators: readonly Propagator[]): Enqueuer {
  return new Enqueuer({ ...ns.options, clock, propagators });
}

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    ...{ ...ns.options, clock, logger: silentLogger, shutdownTimeout: 0 },
    ...{ propagators: [tenantPropagator], ...options },
  });
  pools.push(pool);
  return pool;
}

/** A pool that notes the tenant in which each of its jobs runs, and fails the first `failures` of them. */
function aWitness(seen: unknown[], failures = 0): WorkerPool {
  return aPool().job('n', { maxFails: 10, backoff: () => 0 }, (job) => {
    seen.push(tenants.getStore());
    if (job.fails < failures) throw new Error('not yet');
  });
}

const carriers = (): Promise<string[]> => ns.redis.keys(ns.keys.carrier('*'));

describe('the captured carrier', () => {
  it.each<[string, (enqueuer: Enqueuer) => Promise<unknown>]>([
    ['enqueue', (one) => one.enqueue('n')],
    ['enqueueMany', (one) => one.enqueueMany([{ name: 'n' }])],
    ['enqueueMany with in', (one) => one.enqueueMany([{ name: 'n', options: { in: 0 } }])],
    ['enqueue with in', (one) => one.enqueue('n', undefined, { in: 0 })],
    ['enqueue with unique', (one) => one.enqueue('n', undefined, { unique: true })],
    [
      'enqueue with in and a unique key',
      (one) => one.enqueue('n', null, { in: 0, unique: { key: { id: 1 } } }),
    ],
  ])('by %s is there when the job runs, and is forgotten when it is done', async (_, enqueue) => {
    const seen: unknown[] = [];
    const pool = aWitness(seen);
    await tenants.run('acme', () => enqueue(enqueuer));
    expect(await carriers()).toHaveLength(1);
    await pool.start();
    await eventually(() => expect(seen).toEqual(['acme']));
    await eventually(async () => expect(await carriers()).toEqual([]));
  });

  it('leaves the entry as it is without', async () => {
    const job = await tenants.run('acme', () => enqueuer.enqueue('n', { a: 1 }));
    expect(await ns.queue('n')).toEqual([
      `{"name":"n","id":"${job.id}","t":1700000000,"args":{"a":1}}`,
    ]);
  });

  it('leaves nothing in Redis when it is nothing', async () => {
    await enqueuer.enqueue('n');
    await enqueuer.enqueue('n', undefined, { in: '1m' });
    await enqueuer.enqueue('n', undefined, { unique: true });
    expect(await carriers()).toEqual([]);
  });

  it('is its own for each of many jobs that are enqueued at once', async () => {
    const seen: unknown[] = [];
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => tenants.run(name, () => enqueuer.enqueue('n'))));
    await aWitness(seen).drain();
    expect(seen.sort()).toEqual(names);
  });

  it('does not have a job overtake those that carry nothing', async () => {
    await enqueuer.enqueue('n');
    const many = enqueuer.enqueueMany(Array.from({ length: 1_000 }, () => ({ name: 'n' })));
    const last = tenants.run('acme', () => enqueuer.enqueue('n'));
    await many;
    const [newest = ''] = await ns.queue('n');
    expect(JSON.parse(newest)).toMatchObject({ id: (await last).id });
  });

  it('comes through retries', async () => {
    const seen: unknown[] = [];
    const pool = aWitness(seen, 2);
    await tenants.run('acme', () => enqueuer.enqueue('n'));
    await pool.start();
    await eventually(() => expect(seen).toEqual(['acme', 'acme', 'acme']));
    await eventually(async () => expect(await carriers()).toEqual([]));
  });

  it('is forgotten when the job is cancelled while it runs', async () => {
    const running = new Gate();
    const pool = aPool().job('n', async ({ signal }) => {
      await Promise.all([once(signal, 'abort'), running.pass()]);
      throw signal.reason;
    });
    const job = await tenants.run('acme', () => enqueuer.enqueue('n'));
    await pool.start();
    await running.reached;
    running.open();
    await enqueuer.cancel(job.id);
    await eventually(async () => expect(await carriers()).toEqual([]));
  });

  it("comes through a Go process's retry, which drops what it does not know of an entry", async () => {
    const seen: unknown[] = [];
    const job = await tenants.run('acme', () => enqueuer.enqueue('n'));
    await ns.redis.del(ns.keys.queue('n'));
    await ns.redis.lpush(
      ns.keys.queue('n'),
      `{"args":null,"err":"in Go","failed_at":1700000000,"fails":1,"id":"${job.id}","name":"n","t":1700000001}`,
    );
    await aWitness(seen).drain();
    expect(seen).toEqual(['acme']);
  });

  it("goes with the arguments: a unique job that runs with another caller's runs in that one's context", async () => {
    const seen: unknown[] = [];
    const page = { page: 7 };
    await tenants.run('first', () => enqueuer.enqueue('n', { v: 1 }, { unique: { key: page } }));
    await tenants.run('second', () => enqueuer.enqueue('n', { v: 2 }, { unique: { key: page } }));
    await aWitness(seen).drain();
    expect(seen).toEqual(['second']);
    expect(await carriers()).toEqual([]);
  });

  it('of a duplicate that replaces nothing changes nothing', async () => {
    const seen: unknown[] = [];
    await tenants.run('first', () => enqueuer.enqueue('n', undefined, { unique: true }));
    await tenants.run('second', () => enqueuer.enqueue('n', undefined, { unique: true }));
    expect(await carriers()).toHaveLength(1);
    await aWitness(seen).drain();
    expect(seen).toEqual(['first']);
  });

  it('outlasts a schedule, and is renewed by a retry', async () => {
    const week = 7 * 24 * 3600;
    const job = await tenants.run('acme', () =>
      enqueuer.enqueue('n', undefined, { in: week * 1000 }),
    );
    const key = ns.keys.carrier(job.id);
    expect(await ns.redis.pttl(key)).toBeGreaterThan(week * 1000 + CARRIER_TTL - 60_000);

    await ns.redis.pexpire(key, 60_000);
    clock.advance(week);
    const pool = aPool().job('n', { backoff: () => '60s' }, () => {
      throw new Error('not yet');
    });
    await pool.start();
    await eventually(async () => expect(await ns.set('retry')).toHaveLength(1));
    expect(await ns.redis.pttl(key)).toBeGreaterThan(CARRIER_TTL);
  });

  it('may be gone: then the job runs without', async () => {
    const seen: unknown[] = [];
    const job = await tenants.run('acme', () => enqueuer.enqueue('n'));
    await ns.redis.del(ns.keys.carrier(job.id));
    await aWitness(seen).drain();
    expect(seen).toEqual([undefined]);
  });

  it('may be garbage: then the job runs without', async () => {
    const seen: unknown[] = [];
    const job = await tenants.run('acme', () => enqueuer.enqueue('n'));
    await ns.redis.set(ns.keys.carrier(job.id), '{"tenant":');
    await aWitness(seen).drain();
    expect(seen).toEqual([undefined]);
  });

  it.each<[string, Propagator['capture'], RegExp]>([
    ['throws', () => JSON.stringify(1n), /BigInt/],
    ['gives no text', () => 7 as never, /number/],
    ['gives too much', () => 'x'.repeat(20_000), /20010 bytes/],
  ])('fails the call when it %s, and nothing is enqueued', async (_, capture, message) => {
    const wrong = anEnqueuer([{ name: 'big', capture, restore: (_carrier, run) => run() }]);
    const call = wrong.enqueue('n');
    await expect(call).rejects.toThrow(PropagatorCaptureError);
    await expect(call).rejects.toThrow(message);
    expect(await ns.queue('n')).toEqual([]);
    await wrong.close();
  });
});

describe('propagators', () => {
  it('stand around middleware, the first outermost', async () => {
    const seen: string[] = [];
    const noting = (name: string): Propagator => ({
      name,
      capture: () => name.toUpperCase(),
      restore: async (carrier, run, job) => {
        seen.push(`${name} ${carrier ?? ''} ${job.name}`);
        await run();
        seen.push(`${name} ends`);
      },
    });
    const propagators = [noting('a'), noting('b')];
    const pool = aPool({ propagators }).job('n', () => seen.push('handler'));
    pool.middleware((_job, next) => {
      seen.push('middleware');
      return next();
    });
    const sender = anEnqueuer(propagators);
    await sender.enqueue('n');
    await pool.drain();
    await sender.close();
    expect(seen).toEqual(['a A n', 'b B n', 'middleware', 'handler', 'b ends', 'a ends']);
  });

  it.each<[string, Propagator['restore']]>([
    [
      'fails before the job',
      () => {
        throw new Error('mine');
      },
    ],
    [
      'fails after the job',
      async (_carrier, run) => {
        await run();
        throw new Error('mine');
      },
    ],
  ])('do no harm: the job is done, once, under one that %s', async (_, restore) => {
    let runs = 0;
    const logger = { ...silentLogger, error: jest.fn<Logger['error']>() };
    const broken = { ...tenantPropagator, restore };
    const pool = aPool({ propagators: [broken], logger }).job('n', () => runs++);
    await enqueuer.enqueue('n');
    await pool.drain();
    expect(runs).toBe(1);
    expect(logger.error).toHaveBeenCalledWith('propagator.restore: mine', expect.anything());
    expect(await ns.set('retry')).toEqual([]);
  });

  it.each<[string, Propagator['restore']]>([
    ['does not run it', () => undefined],
    ['runs it twice', async (_carrier, run) => Promise.all([run(), run()])],
    ['does not wait for it', (_carrier, run) => void run()],
    ['swallows its failure', (_carrier, run) => run().catch(() => undefined)],
    [
      'makes another error of it',
      (_carrier, run) =>
        run().catch(() => {
          throw new Error('another');
        }),
    ],
  ])('do no harm: a job fails, once, under one that %s', async (_, restore) => {
    let runs = 0;
    const broken = { ...tenantPropagator, restore };
    const pool = aPool({ propagators: [broken] }).job('n', async () => {
      runs++;
      await Promise.resolve();
      throw new Error('out of stock');
    });
    await enqueuer.enqueue('n');
    await pool.drain();
    expect(runs).toBe(1);
    expect(await ns.set('retry')).toMatchObject([{ entry: { err: 'out of stock' } }]);
  });

  it('need names of their own', () => {
    const twice = [tenantPropagator, tenantPropagator];
    expect(() => anEnqueuer(twice)).toThrow(InvalidOptionError);
    expect(() => aPool({ propagators: twice })).toThrow(InvalidOptionError);
    for (const wrong of [
      [null],
      ['x'],
      'x',
      [{ name: 'x' }],
      [{ ...tenantPropagator, restore: 7 }],
    ]) {
      expect(() => anEnqueuer(wrong as never)).toThrow(InvalidOptionError);
    }
  });
});

describe('the carriers of jobs that begin together', () => {
  it('are read in one round trip', async () => {
    const connection = new RedisConnection(ns.options.redis, { name: 'pool' });
    await connection.ready();
    await ns.redis.set(ns.keys.carrier('b'), '{"tenant":"acme"}');
    const mget = jest.spyOn(connection.redis, 'mget');
    const reader = new CarrierReader({ connection, keys: ns.keys, onError: () => undefined });
    const read = await Promise.all(['a', 'b', 'c'].map((id) => reader.read(id)));
    expect(read).toEqual([{}, { tenant: 'acme' }, {}]);
    expect(mget).toHaveBeenCalledTimes(1);
    connection.close();
  });
});

describe('restore', () => {
  const job = new Job(parseEntry('{"name":"n","id":"i"}'));

  /** Runs a job within a propagator that restores so; tells how it ended, and what was told of the propagator. */
  async function restored(
    how: Propagator['restore'],
    run: () => Promise<void>,
  ): Promise<{ outcome: unknown; runs: number; errors: unknown[] }> {
    const errors: unknown[] = [];
    let runs = 0;
    const propagators = [{ name: 'p', capture: () => undefined, restore: how }];
    const restoring = { propagators, carriers: {}, job, patience: 20 };
    const outcome = await restore({ ...restoring, onError: (error) => errors.push(error) }, () => {
      runs++;
      return run();
    }).then(
      () => 'done',
      (error: unknown) => error,
    );
    return { outcome, runs, errors };
  }

  const never = new Promise(() => undefined);
  const { proxy: revoked, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();

  it.each<[string, Propagator['restore'], RegExp | undefined]>([
    ['runs the job', (_carrier, run) => run(), undefined],
    ['runs it twice', (_carrier, run) => Promise.all([run(), run()]), undefined],
    ['runs it and does not wait', (_carrier, run) => void run(), undefined],
    ['does nothing', () => undefined, undefined],
    ['takes its time', (_carrier, run) => setImmediate(() => void run()), undefined],
    [
      'throws',
      () => {
        throw new Error('own');
      },
      /^own$/,
    ],
    ['rejects', () => Promise.reject(new Error('own')), /^own$/],
    ['throws what cannot be looked at', () => Promise.reject(revoked), /cannot be shown/],
    ['never settles', () => never, /"p" did not run the job within 20 ms/],
    [
      'never settles after the job',
      (_carrier, run) =>
        run().then(
          () => never,
          () => never,
        ),
      /"p" did not end with the job within 20 ms/,
    ],
  ])('that %s changes nothing of the job', async (_what, how, told) => {
    for (const error of [undefined, new Error('boom')]) {
      const { outcome, runs, errors } = await restored(how, async () => {
        await Promise.resolve();
        if (error) throw error;
      });
      expect([outcome, runs]).toEqual([error ?? 'done', 1]);
      const messages = errors.map((one) => (one as Error).message);
      // What it throws may be what the job has thrown.
      const isTold = told !== undefined && !(error && /own|shown/.test(told.source));
      expect(messages).toEqual(isTold ? [expect.stringMatching(told)] : []);
    }
  });
});

it('that captures a promise is refused, and its rejection is handled', async () => {
  const capture = (async () => Promise.reject(new Error('no'))) as never;
  const call = anEnqueuer([{ ...tenantPropagator, capture }]).enqueue('n');
  await expect(call).rejects.toThrow('came as a promise, not as a text');
  await new Promise(setImmediate);
  expect(await ns.queue('n')).toEqual([]);
});
