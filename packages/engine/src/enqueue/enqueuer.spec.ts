import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { Client } from '../client/client.js';
import { Enqueuer } from './enqueuer.js';
import type { EnqueuerOptions } from './enqueuer-options.js';
import {
  ClosedError,
  PartialEnqueueError,
  EnqueueRejectedError,
  InvalidJobArgsError,
  InvalidJobNameError,
  InvalidOptionError,
  UnsupportedRedisError,
} from '../errors/errors.js';
import { defineJob } from '../job/job-contract.js';
import { Keys } from '../redis/keys.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TEST_REDIS_URL, TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer({ ...ns.options, clock: new FakeClock(1_700_000_000) });
});

afterEach(async () => {
  await enqueuer.close();
  await ns.close();
});

describe('enqueue', () => {
  it('pushes the entry that gocraft/work would push, and makes the name known', async () => {
    const { status, id, job } = await enqueuer.enqueue('send_email', { address: 'a@b.c' });
    expect(await ns.queue('send_email')).toEqual([
      `{"name":"send_email","id":"${job.id}","t":1700000000,"args":{"address":"a@b.c"}}`,
    ]);
    expect(await ns.redis.smembers(ns.keys.knownJobs)).toEqual(['send_email']);
    expect(job).toMatchObject({ name: 'send_email', args: { address: 'a@b.c' }, fails: 0 });
    expect({ status, id }).toEqual({ status: 'enqueued', id: job.id });
  });

  it('writes null for no arguments', async () => {
    const { id } = await enqueuer.enqueue('ping');
    expect(await ns.queue('ping')).toEqual([
      `{"name":"ping","id":"${id}","t":1700000000,"args":null}`,
    ]);
  });

  it('keeps the order of calls made in one turn, in one command', async () => {
    const { sharing, commandCount } = aCountedEnqueuer();
    await sharing.enqueue('n');
    const before = commandCount('lpush');
    const jobs = await Promise.all([1, 2, 3].map((i) => sharing.enqueue('n', { i })));
    const entries = (await ns.queue('n')).map((text) => (JSON.parse(text) as { id: string }).id);
    expect(entries.slice(0, 3).reverse()).toEqual(jobs.map(({ id }) => id));
    expect(commandCount('lpush')).toBe(before + 1);
  });

  it('refuses bad names and arguments before anything is sent', async () => {
    await expect(enqueuer.enqueue('a,b')).rejects.toThrow(InvalidJobNameError);
    await expect(enqueuer.enqueue('a', [])).rejects.toThrow(InvalidJobArgsError);
    await expect(enqueuer.enqueueMany([{ name: 'ok' }, { name: '' }])).rejects.toThrow(
      InvalidJobNameError,
    );
    expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([]);
  });

  it('says that nothing was enqueued when Redis refuses', async () => {
    await ns.redis.set(ns.keys.queue('broken'), 'not a list');
    const error = await enqueuer.enqueue('broken').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnqueueRejectedError);
    expect(error).toMatchObject({ jobNames: ['broken'] });
    await expect(enqueuer.enqueue('fine')).resolves.toMatchObject({ job: { name: 'fine' } });
  });

  it('fails only the calls that Redis refuses, not others of the same turn', async () => {
    await enqueuer.enqueueMany([{ name: 'fine' }, { name: 'breaks' }]);
    await ns.redis.set(ns.keys.queue('breaks'), 'not a list');
    const names = ['fine', 'breaks', 'fine', 'new', 'breaks'];
    const results = await Promise.allSettled(names.map((name) => enqueuer.enqueue(name)));
    expect(results).toEqual(
      names.map((name) =>
        name === 'breaks'
          ? { status: 'rejected', reason: expect.any(EnqueueRejectedError) }
          : { status: 'fulfilled', value: expect.objectContaining({ status: 'enqueued' }) },
      ),
    );
    expect(await ns.queue('fine')).toHaveLength(3);
  });

  it('does not need MULTI, which some users may not call', async () => {
    const real = new TestNamespace(TEST_REDIS_URL);
    const { namespace } = real;
    const rules = ['on', '>secret', `~${namespace}:*`, '+@all', '-@transaction'];
    await real.redis.acl('SETUSER', namespace, ...rules);
    const { host = '', port = 0 } = real.redis.options;
    const redis = { host, port, username: namespace, password: 'secret' };
    const restricted = new Enqueuer({ redis, namespace });
    await restricted.enqueue('n', { i: 1 });
    await restricted.enqueueMany([{ name: 'm' }, { name: 'n' }]);
    expect((await real.redis.smembers(real.keys.knownJobs)).sort()).toEqual(['m', 'n']);
    expect(await real.queue('n')).toHaveLength(2);
    await restricted.close();
    await real.redis.acl('DELUSER', namespace);
    await real.close();
  });

  it('has nothing in the queue when it says so, though the name could be made known', async () => {
    await ns.redis.set(ns.keys.queue('new'), 'not a list');
    await expect(enqueuer.enqueue('new')).rejects.toThrow(EnqueueRejectedError);
    await ns.redis.del(ns.keys.queue('new'));
    await enqueuer.enqueue('new');
    expect(await ns.queue('new')).toHaveLength(1);
  });

  it('keeps the order of jobs with a new name', async () => {
    const jobs = Array.from({ length: 2_500 }, (_, i) => enqueuer.enqueue('n', { i }));
    await Promise.all(jobs);
    const numbers = (await ns.queue('n')).map(
      (text) => (JSON.parse(text) as { args: { i: number } }).args.i,
    );
    expect(numbers.reverse()).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
  });

  it('says that nothing was enqueued when Redis cannot be reached', async () => {
    const nowhere = new Enqueuer({ redis: { port: 1 }, commandTimeout: 50 });
    const error = await nowhere.enqueue('a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnqueueRejectedError);
    expect(String(error)).not.toContain('..');
    await nowhere.close();
  });

  it('refuses to work after close', async () => {
    await enqueuer.close();
    await expect(enqueuer.enqueue('a')).rejects.toThrow(ClosedError);
  });
});

describe('in and at', () => {
  it('schedule with whole seconds, rounded up', async () => {
    const clock = new FakeClock(1_700_000_000.25);
    const precise = new Enqueuer({ ...ns.options, clock });
    const { job: inOne } = await precise.enqueue('n', { i: 1 }, { in: '500ms' });
    const { job: at } = await precise.enqueue('n', { i: 2 }, { at: new Date(1_800_000_000_001) });
    expect(inOne.runAt).toEqual(new Date(1_700_000_002_000));
    expect(at.runAt).toEqual(new Date(1_800_000_001_000));
    expect(await ns.set('scheduled')).toEqual([
      {
        entry: { name: 'n', id: inOne.id, t: 1_700_000_000, args: { i: 1 } },
        score: 1_700_000_002,
      },
      { entry: { name: 'n', id: at.id, t: 1_700_000_000, args: { i: 2 } }, score: 1_800_000_001 },
    ]);
    expect(await ns.redis.smembers(ns.keys.knownJobs)).toEqual(['n']);
    await precise.close();
  });

  it("counts delays from Redis's time", async () => {
    const wrong = { now: () => 0, scriptTime: () => undefined };
    const skewed = new Enqueuer({ ...ns.options, clock: wrong });
    const { job } = await skewed.enqueue('n', undefined, { in: '1m' });
    const [seconds = 0] = (await ns.redis.time()).map(Number);
    expect(Math.abs(job.runAt.getTime() / 1000 - seconds - 60)).toBeLessThanOrEqual(2);
    await skewed.close();
  });

  it.each<[unknown, string]>([
    [-1, '-1'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [1e15, '1000000000000000'],
    [null, 'null'],
    [true, 'true'],
    ['5', '"5"'],
    [5n, '5n'],
    [[], '[]'],
    [new Date(NaN), 'an invalid Date'],
  ])('refuse a delay of %p', async (value, shown) => {
    const message = `Option "in" is ${shown}; it must be a number of milliseconds, or a text such as "30s", "1h30m" or "7d"; 0 to 100 years.`;
    const delay = value as number;
    await expect(enqueuer.enqueue('n', undefined, { in: delay })).rejects.toThrow(message);
    for (const unique of [true, { key: {} }]) {
      await expect(enqueuer.enqueue('n', {}, { in: delay, unique })).rejects.toThrow(message);
    }
  });

  it('are not given together', async () => {
    const both = { in: '5m', at: new Date(1_800_000_000_000) };
    const message =
      'Options "in" ("5m") and "at" (2027-01-15T08:00:00.000Z) exclude each other. Use "in" for a delay, or "at" for a time.';
    await expect(enqueuer.enqueue('n', {}, both)).rejects.toThrow(InvalidOptionError);
    await expect(enqueuer.enqueue('n', {}, both)).rejects.toThrow(message);
    await expect(enqueuer.enqueueMany([{ name: 'n', options: both }])).rejects.toThrow(message);
    expect(await ns.set('scheduled')).toEqual([]);
  });

  it('treat undefined as omitted', async () => {
    const nothing = { in: undefined, at: undefined, unique: undefined };
    expect(await enqueuer.enqueue('n', {}, nothing)).toMatchObject({ status: 'enqueued' });
    expect(await enqueuer.enqueue('n', {}, { ...nothing, in: 0 })).toMatchObject({
      status: 'scheduled',
      job: { runAt: new Date(1_700_000_000_000) },
    });
  });

  it.each([new Date(NaN), 'tomorrow', 7])('refuse the time %p', async (time) => {
    await expect(enqueuer.enqueue('n', undefined, { at: time as Date })).rejects.toThrow(
      InvalidOptionError,
    );
  });
});

describe('enqueueMany', () => {
  it('enqueues any number of jobs of several names and returns them in order', async () => {
    const wanted = Array.from({ length: 2_500 }, (_, i) => ({
      name: i % 2 ? 'odd' : 'even',
      args: { i },
    }));
    const jobs = await enqueuer.enqueueMany(wanted);
    expect(jobs.map(({ job }) => job.args)).toEqual(wanted.map(({ args }) => args));
    const odd = await ns.queue('odd');
    expect(odd).toHaveLength(1_250);
    expect(odd.map((text) => (JSON.parse(text) as { args: { i: number } }).args.i)).toEqual(
      Array.from({ length: 1_250 }, (_, i) => 2_499 - 2 * i),
    );
  });

  it('sends large jobs in several commands', async () => {
    const { sharing, commandCount } = aCountedEnqueuer();
    await sharing.enqueue('large');
    const before = commandCount('lpush');
    const text = 'x'.repeat(900_000);
    await sharing.enqueueMany([1, 2, 3].map((i) => ({ name: 'large', args: { i, text } })));
    expect(commandCount('lpush')).toBe(before + 3);
    const [last] = await ns.queue('large');
    expect(last?.slice(-1_000_000, -900_010)).toContain('"i":3');
  });

  it('enqueues jobs of more names than it keeps in mind', async () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `n${i}`);
    const jobs = await enqueuer.enqueueMany([...names, 'n0'].map((name) => ({ name })));
    expect(await ns.queue('n1499')).toEqual([
      `{"name":"n1499","id":"${jobs[1_499]?.id}","t":1700000000,"args":null}`,
    ]);
    expect(await ns.queue('n0')).toHaveLength(2);
  });

  it('takes every option of each job, and returns the results in order', async () => {
    const at = new Date(1_800_000_000_000);
    const results = await enqueuer.enqueueMany([
      { name: 'n', args: { i: 0 }, options: { in: '90s' } },
      { name: 'n', args: { i: 1 } },
      { name: 'n', args: { i: 2 }, options: { unique: true } },
      { name: 'm', options: { at } },
      { name: 'n', args: { i: 2 }, options: { unique: true } },
      { name: 'm', args: { v: 1 }, options: { unique: { key: { k: 1 } }, at } },
      { name: 'm', args: { v: 2 }, options: { unique: { key: { k: 1 } }, in: '1h' } },
      { name: 'n', args: { i: 7 }, options: {} },
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      ...['scheduled', 'enqueued', 'enqueued', 'scheduled'],
      ...['duplicate', 'scheduled', 'updated', 'enqueued'],
    ]);
    expect(results[4]?.id).toBe(results[2]?.id);
    expect(results[6]?.id).toBe(results[5]?.id);
    const argsOf = (entry: string): unknown => (JSON.parse(entry) as { args: unknown }).args;
    expect((await ns.queue('n')).map(argsOf).reverse()).toEqual([{ i: 1 }, { i: 7 }, { i: 2 }]);
    const scheduled = await ns.set('scheduled');
    expect(scheduled.map(({ score }) => score)).toEqual([
      ...[1_700_000_090, 1_800_000_000, 1_800_000_000],
    ]);
    expect(results[0]?.job).toMatchObject({ runAt: new Date(1_700_000_090_000) });
  });

  it('sends any number of scheduled and unique jobs in a few commands', async () => {
    const { sharing, commandCount } = aCountedEnqueuer();
    await sharing.enqueueMany([
      { name: 'n', options: { in: 1_000 } },
      { name: 'n', options: { unique: true } },
    ]);
    const before = commandCount('EVALSHA');
    const results = await sharing.enqueueMany(
      Array.from({ length: 3_000 }, (_, i) => ({
        name: 'n',
        args: { i },
        options: i % 2 ? { in: '1m' } : { unique: true },
      })),
    );
    expect(new Set(results.map(({ id }) => id)).size).toBe(3_000);
    expect(commandCount('EVALSHA')).toBe(before + 4);
  });

  it('checks the options of all jobs before anything is sent', async () => {
    const many = [{ name: 'n' }, { name: 'n', options: { in: '5x' } }];
    await expect(enqueuer.enqueueMany(many)).rejects.toThrow(
      'Option "jobs[1].options.in" is "5x"; it must be',
    );
    const misspelt = [{ name: 'n', options: { uniqe: true } as object }];
    await expect(enqueuer.enqueueMany(misspelt)).rejects.toThrow(
      'Unknown option "jobs[0].options.uniqe" of enqueueMany(). Did you mean "unique"?',
    );
    expect(await ns.queue('n')).toEqual([]);
  });

  it.each([
    ['cannot be stored', { name: 'n', args: { a: NaN } }],
    [
      'do not fit the contract',
      defineJob('n', z.object({ a: z.string() })).with({ a: 5 } as never),
    ],
  ])('names the place of a job whose arguments %s', async (_why, job) => {
    const error: unknown = await enqueuer
      .enqueueMany([{ name: 'n' }, job])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidJobArgsError);
    expect(error).toMatchObject({
      ...{ index: 1, jobName: 'n', issues: [{ path: 'args.a' }] },
      message: expect.stringMatching(
        /^Cannot enqueue "n" \(jobs\[1\]\): args\.a: .* Nothing was enqueued\.$/,
      ),
    });
    expect(await ns.queue('n')).toEqual([]);
  });

  it.each([
    [{ contract: 'n' }, 'Option "jobs[0].contract" is "n"; it must be made by defineJob().'],
    [
      { contract: defineJob('n'), name: 'm' },
      'Option "jobs[0].name" is "m"; it must be omitted if a contract is given.',
    ],
  ])('refuses %p', async (job, message) => {
    await expect(enqueuer.enqueueMany([job as never])).rejects.toThrow(message);
  });

  it('resolves to nothing for nothing', async () => {
    expect(await enqueuer.enqueueMany([])).toEqual([]);
  });

  it('names the jobs that Redis took when it took only some', async () => {
    await ns.redis.set(ns.keys.queue('broken'), 'not a list');
    const error: unknown = await enqueuer
      .enqueueMany([{ name: 'broken' }, { name: 'fine', args: { i: 1 } }])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PartialEnqueueError);
    expect(error).toMatchObject({ total: 2, enqueued: [{ name: 'fine', args: { i: 1 } }] });
    expect((error as Error).cause).toBeInstanceOf(EnqueueRejectedError);
    expect((error as Error).message).toMatch(
      /^Enqueued 1 of 2 jobs, .*; the others were not: WRONGTYPE .* Enqueue only those again\.$/,
    );
    expect(await ns.queue('fine')).toHaveLength(1);
  });

  it('returns the result of each job when Redis accepted only some', async () => {
    await ns.redis.set(ns.keys.scheduled, 'not a sorted set');
    const error: unknown = await enqueuer
      .enqueueMany([{ name: 'n', options: { in: 5_000 } }, { name: 'n' }])
      .catch((thrown: unknown) => thrown);
    const results = [undefined, expect.objectContaining({ status: 'enqueued' })];
    expect(error).toMatchObject({ total: 2, enqueued: [{ name: 'n' }], results });
    await ns.redis.del(ns.keys.scheduled);
    await ns.redis.set(ns.keys.queue('broken'), 'not a list');
    await enqueuer.enqueue('n', { i: 1 }, { unique: true });
    await expect(
      enqueuer.enqueueMany([
        { name: 'broken' },
        { name: 'n', args: { i: 1 }, options: { unique: true } },
      ]),
    ).rejects.toThrow(
      /^Enqueued 0 of 2 jobs, which are in "enqueued"; 1 already waiting; the others were not: WRONGTYPE /,
    );
  });
});

describe('new Enqueuer', () => {
  it('refuses a keyPrefix, which would not reach keys inside scripts', () => {
    expect(() => new Enqueuer({ redis: { keyPrefix: 'p:' } })).toThrow(UnsupportedRedisError);
  });

  it('takes an ioredis instance and leaves it alone', async () => {
    const own = new Enqueuer({ redis: ns.redis, namespace: ns.namespace });
    await own.enqueue('n');
    await own.close();
    expect(await ns.redis.ping()).toBe('PONG');
  });

  it('is closed at the end of its block', async () => {
    const own = new Enqueuer(ns.options);
    const enqueued = own.enqueue('n');
    await own[Symbol.asyncDispose]();
    await expect(enqueued).resolves.toMatchObject({ status: 'enqueued' });
    await expect(own.enqueue('n')).rejects.toThrow(ClosedError);
  });
});

/** An enqueuer whose commands are counted: those of Redis are everybody's. */
function aCountedEnqueuer(): { sharing: Enqueuer; commandCount: (command: string) => number } {
  const sent = jest.spyOn(ns.connection.redis, 'sendCommand');
  return {
    sharing: new Enqueuer({ ...ns.options, redis: ns.connection }),
    commandCount: (command) => sent.mock.calls.filter(([{ name }]) => name === command).length,
  };
}

describe('options', () => {
  it.each([
    [{ namespace: null }, 'Option "namespace" is null'],
    [{ namespace: 7 }, 'Option "namespace" is 7'],
    [{ namespace: 'a\ud800' }, 'Option "namespace" is "a\\ud800"'],
    [{ namespace: '\udc00b' }, 'halves of surrogate pairs'],
    [{ namespace: 'a\nb' }, 'without control characters'],
    [{ namespace: 'a\u0000' }, 'without control characters'],
    [{ maxArgsBytes: '1mb' }, 'Option "maxArgsBytes" is "1mb"; it must be a whole number'],
    [{ maxArgsBytes: NaN }, 'Option "maxArgsBytes" is NaN'],
    [{ maxArgsBytes: -1 }, 'Option "maxArgsBytes" is -1'],
    [{ maxArgsBytes: 1e12 }, 'Option "maxArgsBytes" is 1000000000000'],
  ])('%p are refused', (options, message) => {
    const wrong = { ...ns.options, ...options } as unknown as EnqueuerOptions;
    expect(() => new Enqueuer(wrong)).toThrow(InvalidOptionError);
    expect(() => new Enqueuer(wrong)).toThrow(message);
    if (!('namespace' in options)) return;
    expect(() => new Client(wrong)).toThrow(message);
    expect(() => new WorkerPool(wrong as never)).toThrow(message);
  });

  it('a namespace may be in any script', () => {
    expect(new Keys('日本 😀:').prefix).toBe('日本 😀:');
    expect(new Keys('').prefix).toBe('');
  });
});
