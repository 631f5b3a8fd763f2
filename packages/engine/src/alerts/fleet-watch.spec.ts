import { LocalRedis } from '@nestcraft/local-redis';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../client/client.js';
import { silentLogger } from '../logging/logger.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { Scripts } from '../scripts/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import type { AlertOptions } from './alert-options.js';
import type { Recovery, Stall } from './stall.js';

const INTERVAL = 50;

let ns: TestNamespace;
let client: Client;
let pools: WorkerPool[];
let stalls: Stall[];
let recoveries: Recovery[];

beforeEach(() => {
  ns = new TestNamespace();
  client = new Client(ns.options);
  [pools, stalls, recoveries] = [[], [], []];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  client.close();
  await ns.close();
});

/** Starts a pool that notes the stalls of which it tells. */
async function aPool(
  alerts: AlertOptions,
  register?: (pool: WorkerPool) => unknown,
): Promise<WorkerPool> {
  const pool = new WorkerPool({
    ...{ ...ns.options, logger: silentLogger },
    alerts: { interval: INTERVAL, ...alerts },
  }).job('own', { maxWaiting: '1m' }, () => undefined);
  register?.(pool);
  pool.on('stalled', (stall) => stalls.push(stall));
  pool.on('recovered', (recovery) => recoveries.push(recovery));
  pools.push(pool);
  await pool.start();
  return pool;
}

/** A job that was enqueued an hour ago, as gocraft/work does. */
async function anOldJob(name: string): Promise<void> {
  const time = Math.floor(Date.now() / 1000) - 3600;
  await ns.redis.sadd(ns.keys.knownJobs, name);
  await ns.redis.lpush(ns.keys.queue(name), `{"name":"${name}","id":"g","t":${time},"args":null}`);
}

/** Waits until the stall is told, and known to all pools that watch it. */
async function told(stall: Partial<Stall>): Promise<void> {
  await eventually(() => expect(stalls).toMatchObject([stall]));
  await eventually(() => {
    for (const pool of pools) expect(pool.stalls).toMatchObject([stall]);
  });
}

/** Waits until its end is told, and known to all. */
async function ended(stall: Partial<Stall>): Promise<void> {
  await eventually(() => expect(recoveries).toMatchObject([stall]));
  await eventually(() => expect(pools.flatMap((pool) => pool.stalls)).toEqual([]));
  expect(stalls).toHaveLength(1);
  expect(recoveries).toHaveLength(1);
}

it('tells once in the fleet of a name that no pool handles, and of its end', async () => {
  await anOldJob('theirs');
  const alerts = { unhandled: '1m' };
  await Promise.all([aPool(alerts), aPool(alerts), aPool(alerts)]);
  const stall = { kind: 'unhandled', subject: 'theirs' } as const;
  await told(stall);
  const healths = await Promise.all(pools.map((pool) => pool.health()));
  expect(healths.map(({ status }) => status)).not.toContain('up');
  const [noted] = stalls;
  expect(await client.stalls.list()).toEqual([noted]);
  expect(await client.stalls.recent()).toEqual([noted]);
  await client.queue('theirs').empty();
  await ended(stall);
  expect(await client.stalls.list()).toEqual([]);
  expect(await client.stalls.recent()).toEqual([recoveries[0], noted]);
});

it('tells of a job that waits for longer than its name permits, unless the name is paused', async () => {
  await ns.redis.set(ns.keys.maxConcurrency('own'), 1);
  await ns.redis.set(ns.keys.lock('own'), 1);
  await client.queue('own').pause();
  await anOldJob('own');
  await Promise.all([aPool({}), aPool({})]);
  await eventually(async () =>
    expect(await ns.redis.keys(`${ns.keys.own}alert_turn:*`)).toHaveLength(1),
  );
  expect(stalls).toEqual([]);
  await ns.redis.hset(ns.keys.lockInfo('own'), 'elsewhere', 1);
  await ns.redis.set(ns.keys.lock('own'), 1);
  await client.queue('own').resume();
  const stall = { kind: 'waiting', subject: 'own' } as const;
  await told(stall);
  await client.queue('own').empty();
  await ended(stall);
});

it('tells of too many deaths', async () => {
  await aPool({ dead: { count: 2, within: '1m' } });
  const [now] = await ns.redis.time();
  for (const id of ['a', 'b', 'c']) {
    await ns.redis.zadd(ns.keys.dead, Number(now), `{"name":"own","id":"${id}","t":1,"args":null}`);
  }
  await told({ kind: 'dead' });
  await client.dead.deleteAll();
  await ended({ kind: 'dead' });
});

it('tells of a schedule that no longer fires', async () => {
  await aPool({ schedules: '1s' }, (pool) =>
    pool.job('tick', () => undefined).periodicallyEnqueue('* * * * * *', 'tick'),
  );
  const id = 'periodic:tick:* * * * * *';
  await eventually(async () =>
    expect(await ns.redis.hget(ns.keys.movedFirings, id)).not.toBeNull(),
  );
  expect(stalls).toEqual([]);
  // As if no pool had added firings since.
  await ns.redis.hset(ns.keys.lastFirings, id, 1);
  await eventually(() => expect(stalls).toMatchObject([{ kind: 'schedule', subject: id }]));
});

it.each(['null', '{}', '"text"', 'no JSON', '{"kind":"unhandled","since":5}'])(
  'neither tells again nor shows what another version has noted as %s',
  async (note) => {
    await anOldJob('theirs');
    const pool = await aPool({ unhandled: '1m' });
    await told({ subject: 'theirs' });
    const [key = ''] = await ns.redis.keys(ns.keys.stalls('*'));
    await ns.redis.hset(key, 'unhandled:theirs', note);
    await eventually(() => expect(pool.stalls).not.toEqual([stalls[0]]));
    expect(pool.stalls).toMatchObject([{ subject: 'theirs', kind: 'unhandled' }]);
    await client.queue('theirs').empty();
    await eventually(async () => expect(await ns.redis.exists(key)).toBe(0));
    expect([stalls.length, recoveries]).toEqual([1, []]);
  },
);

it('keeps an eye on what stalls, and on its own names, among thousands of names', async () => {
  const others = Array.from({ length: 20_000 }, (_, index) => `other${index}`);
  await ns.redis.sadd(ns.keys.knownJobs, others);
  await anOldJob('theirs');
  await anOldJob('own');
  const look = new Scripts(ns.keys, new FakeClock(Math.floor(Date.now() / 1000))).alerts.look({
    ...{ scope: 's', turn: 1, deadAfter: 10, jobNames: ['own'], looksAtAll: true },
    ...{ within: undefined, scheduleIds: [] },
  });
  await ns.redis.hset(ns.keys.stalls('s'), 'unhandled:theirs', 'note');
  await ns.connection.ready();
  const { facts } = await ns.connection.call(look);
  expect(facts?.queues.map(({ jobName }) => jobName).sort()).toEqual(['own', 'theirs']);
});

it('tells of stalls while the memory of Redis is full', async () => {
  const server = await LocalRedis.start();
  const full = new TestNamespace(server.url);
  await full.redis.config('SET', 'maxmemory', 1);
  await full.connection.ready();
  const { alerts } = new Scripts(full.keys, new FakeClock(1));
  const question = {
    ...{ scope: 's', turn: 1_000, deadAfter: 10, jobNames: ['own'], looksAtAll: false },
    ...{ within: undefined, scheduleIds: [] },
  };
  const { facts } = await full.connection.call(alerts.look(question));
  expect(facts?.queues).toEqual([]);
  const mine = await full.connection.call(alerts.note(question, [['dead', 'note']], []));
  expect([...mine]).toEqual(['dead']);
  await full.close();
  await server.stop();
});

it('names a job of another program without control characters', async () => {
  const name = 'a\n\u001b[31m';
  await ns.redis.sadd(ns.keys.knownJobs, name);
  await ns.redis.lpush(ns.keys.queue(name), '{"name":"a","id":"g","t":1,"args":null}');
  await aPool({ unhandled: '1m' });
  await told({ subject: name });
  expect(stalls[0]?.text).toMatch(/^"a\\n\\u001b\[31m" jobs have waited/);
});

it('costs nothing unless it is asked for', async () => {
  const pool = new WorkerPool({ ...ns.options, logger: silentLogger }).job('own', () => undefined);
  pools.push(pool);
  await pool.start();
  await new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL));
  expect(await ns.redis.keys(`${ns.keys.own}*alert*`)).toEqual([]);
  expect(pool.stalls).toEqual([]);
});

it('survives its listeners', async () => {
  await anOldJob('theirs');
  const seen: unknown[] = [];
  await aPool({
    unhandled: '1m',
    onStall(stall) {
      seen.push(stall.kind);
      throw new Error('a listener');
    },
    onRecover: async ({ kind, recoveredAt }) => {
      seen.push(kind, recoveredAt);
      await Promise.reject(new Error('a listener'));
    },
  });
  await eventually(() => expect(seen).toEqual(['unhandled']));
  await client.queue('theirs').empty();
  await eventually(() => expect(seen).toEqual(['unhandled', 'unhandled', expect.any(Date)]));
});

it('lists a stall once that pools with different limits have noted, and nothing without a stall', async () => {
  await aPool({ unhandled: '1m' });
  await aPool({ unhandled: '2m' });
  expect(await client.stalls.list()).toEqual([]);
  expect(await ns.redis.exists(ns.keys.stallNotes, ns.keys.stallLog)).toBe(0);
  await anOldJob('theirs');
  await eventually(() => expect(stalls).toHaveLength(2));
  expect(await client.stalls.list()).toMatchObject([{ kind: 'unhandled', subject: 'theirs' }]);
  expect(await client.stalls.recent()).toHaveLength(2);
});

it('reads only what it understands', async () => {
  const { stallNotes, stallLog } = ns.keys;
  const stall = { kind: 'dead', since: '2026-01-01T00:00:00.000Z', text: 'T.', remedy: 'R.' };
  await ns.redis.hset(ns.keys.stalls('s'), { a: 'no JSON', b: 'null', c: JSON.stringify(stall) });
  await ns.redis.zadd(stallNotes, '+inf', ns.keys.stalls('s'));
  await ns.redis.rpush(stallLog, '{"text":"T.","remedy":"R."}', JSON.stringify(stall));
  const read = { ...stall, since: new Date(stall.since) };
  expect(await client.stalls.list()).toEqual([read]);
  expect(await client.stalls.recent()).toEqual([read]);
});

it('does not list what only pools have noted that look no longer', async () => {
  const pool = await aPool({ unhandled: '1m' });
  await anOldJob('theirs');
  await eventually(async () => expect(await client.stalls.list()).toHaveLength(1));
  await pool.stop();
  const { stallNotes } = ns.keys;
  const [notes = '', until = ''] = await ns.redis.zrange(stallNotes, '0', '0', 'WITHSCORES');
  expect(Number(until) - Date.now() / 1000).toBeLessThan(60);
  await ns.redis.zadd(stallNotes, `${Math.floor(Date.now() / 1000) - 1}`, notes);
  expect(await client.stalls.list()).toEqual([]);
});
