import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import type { TimedJob } from '../stores/timed-job.js';
import { Enqueuer } from './enqueuer.js';
import { InvalidJobArgsError, InvalidOptionError, SnoozeJobError } from '../errors/errors.js';
import type { JobOptions } from '../job/job-type.js';
import { silentLogger } from '../logging/logger.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Gate } from '../../../../test/support/gate.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

const DAY = 24 * 3600;

let ns: TestNamespace;
let clock: FakeClock;
let enqueuer: Enqueuer;
let client: Client;
let pools: WorkerPool[];
let settled: number;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock();
  enqueuer = new Enqueuer({ ...ns.options, clock });
  client = new Client({ ...ns.options, clock });
  pools = [];
  settled = 0;
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  await ns.close();
});

/** A pool that notes the arguments of every run of "n" and then does as `handle` says. */
function aPool(
  seen: unknown[],
  options: JobOptions = {},
  handle: () => unknown = () => undefined,
): WorkerPool {
  const pool = new WorkerPool({
    ...ns.options,
    clock,
    logger: silentLogger,
    shutdownTimeout: 0,
  }).job('n', options, async (job) => {
    seen.push(job.args);
    await handle();
  });
  pools.push(pool.on('settled', () => settled++));
  return pool;
}

async function untilSettled(count: number): Promise<void> {
  await eventually(() => expect(settled).toBe(count));
}

function fails(): never {
  throw new Error('no');
}

function snoozes(): never {
  throw new SnoozeJobError('2d');
}

async function claims(): Promise<string[]> {
  return (await ns.redis.keys(`${ns.keys.prefix}unique:*`)).sort();
}

async function nothingIsLeft(): Promise<void> {
  expect(await ns.queue('n')).toEqual([]);
  expect(await ns.inProgress('n')).toBe(0);
  expect(await claims()).toEqual([]);
  expect(await ns.redis.keys(`${ns.keys.own}unique_owner:*`)).toEqual([]);
}

describe('a unique job', () => {
  it('takes a job once until it is started', async () => {
    const { job: first } = await enqueuer.enqueue('n', { b: 2, a: 1 }, { unique: true });
    expect(first).toMatchObject({ name: 'n', unique: true, args: { b: 2, a: 1 } });
    expect(await enqueuer.enqueue('n', { a: 1, b: 2 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    expect(await enqueuer.enqueue('n', { a: 2, b: 2 }, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
    expect(await enqueuer.enqueue('n', undefined, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
    expect(await claims()).toEqual([
      `${ns.keys.prefix}unique:n:`,
      `${ns.keys.prefix}unique:n:{"a":1,"b":2}\n`,
      `${ns.keys.prefix}unique:n:{"a":2,"b":2}\n`,
    ]);
    const seen: unknown[] = [];
    await aPool(seen, {}, async () => {
      if (seen.length === 1)
        expect(await enqueuer.enqueue('n', { a: 1, b: 2 }, { unique: true })).toMatchObject({
          status: 'enqueued',
        });
    }).drain();
    expect(seen).toEqual([{ b: 2, a: 1 }, { a: 2, b: 2 }, {}, { a: 1, b: 2 }]);
    await nothingIsLeft();
  });

  it('writes the bytes of gocraft/work', async () => {
    await enqueuer.enqueue('n', { a: '<' }, { unique: true });
    const key = `${ns.keys.prefix}unique:n:{"a":"\\u003c"}\n`;
    expect(await ns.redis.get(key)).toBe('1');
    const [entry = ''] = await ns.queue('n');
    expect(JSON.parse(entry)).toMatchObject({ unique: true, unique_key: key, args: { a: '<' } });
    await enqueuer.enqueue('n', { a: 1 }, { unique: { key: { b: 2 } } });
    const [keyed] = await ns.queue('n');
    expect(await ns.redis.get(`${ns.keys.prefix}unique:n:{"b":2}\n`)).toBe(keyed);
  });

  it('returns the waiting job', async () => {
    const first = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    expect(first).toMatchObject({ status: 'enqueued', job: { args: { a: 1 } } });
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toEqual({
      status: 'duplicate',
      id: first.id,
    });
    const keyed = await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    expect(await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } })).toEqual({
      status: 'updated',
      id: keyed.id,
    });
  });

  it('does not name an owner that a Go process has replaced', async () => {
    await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    const [key = ''] = await claims();
    await ns.redis.set(key, '1', 'EX', DAY + 100);
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toEqual({
      status: 'duplicate',
    });
  });

  it('enqueues many at once, each once', async () => {
    const results = await Promise.all(
      Array.from({ length: 2_500 }, (_, i) =>
        enqueuer.enqueue('n', { i: i % 1_250 }, { unique: true }),
      ),
    );
    expect(results.filter(({ status }) => status === 'enqueued')).toHaveLength(1_250);
    expect(await ns.queue('n')).toHaveLength(1_250);
  });

  it('refuses bad keys and delays, and enqueues nothing', async () => {
    await expect(enqueuer.enqueue('n', {}, { unique: { key: { a: NaN } } })).rejects.toThrow(
      InvalidJobArgsError,
    );
    await expect(enqueuer.enqueue('n', {}, { unique: { key: [] as object } })).rejects.toThrow(
      'key: must be an object, but is an array.',
    );
    await expect(enqueuer.enqueue('n', undefined, { in: -1, unique: true })).rejects.toThrow(
      InvalidOptionError,
    );
    await nothingIsLeft();
  });
});

describe('a replacement', () => {
  it('runs instead of the first job, and leaves nothing in progress', async () => {
    await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    expect(await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } })).toMatchObject({
      status: 'updated',
    });
    const seen: unknown[] = [];
    await aPool(seen).drain();
    expect(seen).toEqual([{ v: 2 }]);
    await nothingIsLeft();
  });

  it('runs again after a crash', async () => {
    await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } });
    const gate = new Gate();
    const pool = aPool([], {}, () => gate.pass());
    await pool.start();
    await gate.reached;
    const [inProgress = ''] = await ns.redis.lrange(ns.keys.inProgress('n', pool.id), 0, -1);
    expect(JSON.parse(inProgress)).toMatchObject({ args: { v: 2 }, claim: 'released' });
    gate.open();
  });

  it('comes through a schedule, and keeps the first time and id', async () => {
    const { job: first } = await enqueuer.enqueue(
      'n',
      { v: 1 },
      { in: '1m', unique: { key: { k: 1 } } },
    );
    expect(first?.runAt.getTime()).toBe(clock.now() + 60_000);
    await enqueuer.enqueue('n', { v: 2 }, { in: '10m', unique: { key: { k: 1 } } });
    expect(await ns.set('scheduled')).toHaveLength(1);
    const ids: string[] = [];
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger }).job('n', (job) =>
      ids.push(job.id),
    );
    pools.push(pool);
    clock.advance(61);
    await pool.start();
    await eventually(() => expect(ids).toHaveLength(1));
    expect(ids).toEqual([first?.id]);
    await nothingIsLeft();
  });

  it.each(['{', '[]', '{"name":"other","id":"x"}', '2'])(
    'that makes no sense (%s) is passed over',
    async (bad) => {
      await enqueuer.enqueue('n', { bad }, { unique: true });
      await ns.redis.set((await claims())[0] ?? '', bad, 'KEEPTTL');
      const seen: unknown[] = [];
      await aPool(seen).drain();
      expect(seen).toEqual([{ bad }]);
      await nothingIsLeft();
    },
  );
});

describe('a claim', () => {
  it('lasts longer than the schedule', async () => {
    await enqueuer.enqueue('n', { a: 1 }, { in: '2d', unique: true });
    const [key = ''] = await claims();
    const ttl = await ns.redis.ttl(key);
    expect(ttl).toBeGreaterThan(3 * DAY - 10);
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    expect(await ns.redis.ttl(key)).toBeGreaterThan(3 * DAY - 10);
    await enqueuer.enqueue('n', { a: 2 }, { unique: true });
    expect(await ns.redis.ttl(`${ns.keys.prefix}unique:n:{"a":2}\n`)).toBeGreaterThan(DAY - 10);
  });

  it('of another job is neither taken nor freed by a retry', async () => {
    const seen: unknown[] = [];
    const pool = aPool(seen, { backoff: () => 0 }, () => {
      if (seen.length === 1) fails();
    });
    const { job: first } = await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    await pool.start();
    await untilSettled(1);
    await ns.redis.set(ns.keys.paused('n'), '1');
    const second = await enqueuer.enqueue(
      'n',
      { v: 2 },
      { in: '1000s', unique: { key: { k: 1 } } },
    );
    expect(second.status).toBe('scheduled');
    await ns.redis.del(ns.keys.paused('n'));
    clock.advance(1);
    await untilSettled(2);
    expect(seen).toEqual([{ v: 1 }, { v: 1 }]);
    expect(first?.id).not.toBe(second.id);
    expect(await claims()).toHaveLength(1);
    expect(await ns.set('scheduled')).toHaveLength(1);
  });

  it('of a key that is not a claim is left alone', async () => {
    await ns.redis.set(ns.keys.paused('other'), '1');
    const entry = { name: 'n', id: 'i', t: 1, args: {}, unique: true };
    await ns.redis.lpush(
      ns.keys.queue('n'),
      JSON.stringify({ ...entry, unique_key: ns.keys.paused('other') }),
    );
    const seen: unknown[] = [];
    await aPool(seen).drain();
    expect(seen).toEqual([{}]);
    expect(await ns.redis.get(ns.keys.paused('other'))).toBe('1');
  });

  it('of an entry of old gocraft/work, which does not name it, follows from the arguments', async () => {
    const key = `${ns.keys.prefix}unique:n:{"a":1}\n`;
    await ns.redis.set(key, '1', 'EX', DAY);
    await ns.redis.lpush(
      ns.keys.queue('n'),
      '{"name":"n","id":"i","t":1,"args":{"a":1},"unique":true}',
    );
    await aPool([]).drain();
    await nothingIsLeft();
  });
});

describe('uniqueUntil', () => {
  it.each(['done', 'doneOrDead'] as const)('%s: others wait until it has run', async (until) => {
    const gate = new Gate();
    const seen: unknown[] = [];
    const pool = aPool(seen, { uniqueUntil: until }, () => gate.pass());
    const { job } = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    await pool.start();
    await gate.reached;
    const again = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    expect(again).toEqual({ status: 'duplicate', id: job?.id });
    gate.open();
    await pool.drain();
    expect(seen).toEqual([{ a: 1 }]);
    await nothingIsLeft();
  });

  it('done: holds through failures and death', async () => {
    const pool = aPool([], { uniqueUntil: 'done', maxFails: 2, backoff: () => 0 }, fails);
    await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    await pool.start();
    await untilSettled(1);
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    clock.advance(1);
    await untilSettled(2);
    expect(await ns.set('dead')).toHaveLength(1);
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
  });

  it('doneOrDead: ends with its death', async () => {
    const pool = aPool([], { uniqueUntil: 'doneOrDead', maxFails: 1 }, fails);
    await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    await pool.drain();
    expect(await ns.set('dead')).toHaveLength(1);
    await nothingIsLeft();
  });

  it('done: a job that arrives by key during the run runs afterwards', async () => {
    const gate = new Gate();
    const seen: unknown[] = [];
    const pool = aPool(seen, { uniqueUntil: 'done' }, () => gate.pass());
    const first = await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    await pool.start();
    await gate.reached;
    // A job of its own, with an id of its own; what comes under the claim after that replaces it.
    const second = await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } });
    expect(second.status).toBe('updated');
    expect(second.id).not.toBe(first.id);
    expect(await enqueuer.enqueue('n', { v: 3 }, { unique: { key: { k: 1 } } })).toEqual(second);
    gate.open();
    await pool.drain();
    expect(seen).toEqual([{ v: 1 }, { v: 3 }]);
    await nothingIsLeft();
  });

  it.each(['started', 'done'] as const)('%s: half a surrogate pair does no harm', async (until) => {
    const gate = new Gate();
    const seen: unknown[] = [];
    const pool = aPool(seen, { uniqueUntil: until }, () => gate.pass());
    const text = 'cut in \ud83d, not \\ud83d';
    await enqueuer.enqueue('n', { v: 1, text }, { unique: { key: { text } } });
    await enqueuer.enqueue('n', { v: 2, text }, { unique: { key: { text } } });
    await pool.start();
    await gate.reached;
    await enqueuer.enqueue('n', { v: 3, text }, { unique: { key: { text } } });
    gate.open();
    await pool.drain();
    expect(seen).toEqual([
      { v: 2, text },
      { v: 3, text },
    ]);
    await nothingIsLeft();
  });

  it.each([
    ['cancelled', (job: TimedJob) => client.cancel(job.job?.id ?? '')],
    ['deleted', (job: TimedJob) => client.retries.delete(job)],
    ['killed', (job: TimedJob) => client.retries.kill(job)],
  ])('done: what has arrived by key runs when the one before it is %s', async (_what, end) => {
    const seen: unknown[] = [];
    const pool = aPool(seen, { uniqueUntil: 'done' }, () => {
      if (seen.length === 1) fails();
    });
    await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    await pool.drain();
    await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } });
    const [failed] = (await client.retries.list()).jobs;
    if (!failed) throw new Error('no job waits for its retry');
    await end(failed);
    await pool.drain();
    expect(seen).toEqual([{ v: 1 }, { v: 2 }]);
    expect(await claims()).toEqual([]);
  });

  it('done: a job that Go has started and failed claims again when it is free', async () => {
    const key = `${ns.keys.prefix}unique:n:{"a":1}\n`;
    const entry = { name: 'n', id: 'i', t: 1, args: { a: 1 }, unique: true, unique_key: key };
    await ns.redis.lpush(ns.keys.queue('n'), JSON.stringify({ ...entry, fails: 1 }));
    const gate = new Gate();
    const pool = aPool([], { uniqueUntil: 'done' }, () => gate.pass());
    await pool.start();
    await gate.reached;
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    gate.open();
    await pool.drain();
    await nothingIsLeft();
  });

  it.each([
    ['a retry', () => fails(), 'retry'],
    ['a snooze', () => snoozes(), 'scheduled'],
  ] as const)('done: lasts through %s of days, and a day beyond', async (_what, end, set) => {
    const pool = aPool([], { uniqueUntil: 'done', backoff: () => '2d' }, end);
    await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    await pool.drain();
    expect(await ns.set(set)).toHaveLength(1);
    const [claim = ''] = await claims();
    const ends = await Promise.all(
      [claim, ns.keys.uniqueOwner(claim)].map((key) => ns.redis.ttl(key)),
    );
    expect(ends[0]).toBeGreaterThan(3 * DAY - 60);
    expect(ends[1]).toBe(ends[0]);
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
  });

  it('done: an arriving job runs, even if claim and owner no longer end together', async () => {
    const gates = [new Gate(), new Gate()];
    const seen: unknown[] = [];
    const pool = aPool(seen, { uniqueUntil: 'done', backoff: () => '1s' }, async () => {
      if (seen.length === 1) fails();
      await gates[seen.length - 2]?.pass();
    });
    await enqueuer.enqueue('n', { v: 1 }, { unique: { key: { k: 1 } } });
    await pool.drain();
    const [claim = ''] = await claims();
    await ns.redis.pexpire(ns.keys.uniqueOwner(claim), 1_000_000);
    await enqueuer.enqueue('n', { v: 2 }, { unique: { key: { k: 1 } } });
    clock.advance(1);
    await gates[0]?.reached;
    await ns.redis.pexpire(ns.keys.uniqueOwner(claim), 1_000_000);
    const third = await enqueuer.enqueue('n', { v: 3 }, { unique: { key: { k: 1 } } });
    expect(third.status).toBe('updated');
    for (const gate of gates) gate.open();
    await eventually(() => expect(seen).toEqual([{ v: 1 }, { v: 1 }, { v: 3 }]));
    await untilSettled(3);
    await nothingIsLeft();
  });

  it('done: the death of a schedule’s firing ends its claim all the same', async () => {
    const pool = aPool([], { uniqueUntil: 'done', maxFails: 1 }, fails);
    const claim = ns.keys.unique('n', 'firing');
    const entry = { name: 'n', id: 'periodic:n:* * * * *:60', t: 1, args: null, unique: true };
    const ends = Date.now() + 60_000;
    await ns.redis.set(claim, '1', 'PXAT', ends);
    await ns.redis.set(ns.keys.uniqueOwner(claim), entry.id, 'PXAT', ends);
    const text = JSON.stringify({ ...entry, unique_key: claim, claim: 'held' });
    await ns.redis.lpush(ns.keys.queue('n'), text);
    await pool.drain();
    expect(await ns.set('dead')).toHaveLength(1);
    await nothingIsLeft();
  });

  it('is checked', () => {
    expect(() => aPool([], { uniqueUntil: 'dead' as 'done' })).toThrow(
      'Option "uniqueUntil" is "dead"; it must be one of started, done, doneOrDead.',
    );
  });
});
