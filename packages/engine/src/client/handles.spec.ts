import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidJobNameError } from '../errors/errors.js';
import { TestNamespace } from '../testing/test-redis.js';
import { Client } from './client.js';

let ns: TestNamespace;
let client: Client;

beforeEach(() => {
  ns = new TestNamespace();
  client = new Client(ns.options);
});

afterEach(async () => {
  client.close();
  await ns.close();
});

function entry(id: string): string {
  return `{"name":"n","id":"${id}","t":1,"args":null}`;
}

describe('a waiting job', () => {
  it('is found and deleted however far it has moved since it was seen', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => String(index + 1));
    await ns.redis.lpush(ns.keys.queue('n'), ...ids.map(entry));
    await ns.redis.rpop(ns.keys.queue('n'), 1_500);
    const found = await client.queue('n').get({ position: 2_000, id: '2000' });
    expect(found).toMatchObject({ position: 500, id: '2000' });
    expect(await client.queue('n').delete({ position: 2_900, id: '1501' })).toEqual({
      status: 'deleted',
    });
    expect(await client.queue('n').get({ position: 2_900, id: '1' })).toBeUndefined();
    expect(await client.queue('n').delete({ position: 2_900, id: '1' })).toEqual({
      status: 'notFound',
    });
    expect(await ns.redis.llen(ns.keys.queue('n'))).toBe(1_499);
  });
});

describe.each(['n:pool:inprogress', 'n:paused', 'n:lock', 'n:lock_info', 'a,b', ''])(
  'the name "%s"',
  (name) => {
    it('leads to no list', async () => {
      await ns.redis.lpush(ns.keys.queue(name), entry('1'));
      expect(() => client.queue(name)).toThrow(InvalidJobNameError);
      expect(await ns.redis.llen(ns.keys.queue(name))).toBe(1);
    });
  },
);

describe.each([1_796_036_000_000_000, 1e300, Infinity, -Infinity, -9e12])(
  'a job with the score %d, which no Date can hold',
  (score) => {
    it('is found, run, and deleted', async () => {
      await ns.redis.sadd(ns.keys.knownJobs, 'n');
      const add = (id: string): Promise<unknown> =>
        ns.redis.call('ZADD', ns.keys.dead, String(score).replace('Infinity', 'inf'), entry(id));
      await Promise.all([add('1'), add('2')]);
      await ns.redis.zadd(ns.keys.dead, 5, entry('1')); // another of the id, at a time that there is
      expect(await client.dead.get({ at: null, id: '2' })).toMatchObject({ id: '2' });
      expect(await client.dead.runNow({ at: null, id: '2' })).toEqual({ status: 'enqueued' });
      await add('1');
      expect(await client.dead.delete({ at: null, id: '1' })).toEqual({ status: 'deleted' });
      expect(await client.dead.get({ at: null, id: 'none' })).toBeUndefined();
    });
  },
);

it('a job whose score is in milliseconds has a handle like others', async () => {
  await ns.redis.zadd(ns.keys.dead, 1_796_036_000_000, entry('1'));
  const [job] = (await client.dead.list()).jobs;
  expect(await client.dead.delete({ at: job?.at ?? new Date(0), id: '1' })).toEqual({
    status: 'deleted',
  });
});

it('goes through entries without parsing them', async () => {
  await ns.redis.zadd(ns.keys.dead, 1, 'no job', 2, entry('2'));
  await ns.redis.lpush(ns.keys.queue('n'), entry('a'), entry('b'));
  for await (const [latest, first] of client.dead.scanUnread()) {
    expect([latest?.raw, first?.raw]).toEqual([entry('2'), 'no job']);
    expect(latest?.read()).toMatchObject({ id: '2', at: new Date(2_000) });
  }
  for await (const [next] of client.queue('n').scanUnread()) {
    expect(next?.read()).toMatchObject({ id: 'a', position: 1 });
  }
});

it('takes only valid schedules from a heartbeat', async () => {
  const schedule = { id: 's', jobName: 'n', spec: '@every 1h', overlap: 'allow', missed: 'skip' };
  await ns.redis.sadd(ns.keys.workerPools, 'p', 'q');
  const odd = JSON.stringify([null, 7, 'x', [], {}, { id: 's', jobName: 'n' }, schedule]);
  await ns.redis.hset(ns.keys.heartbeat('p'), { heartbeat_at: 1, schedules: odd });
  await ns.redis.hset(ns.keys.heartbeat('q'), { heartbeat_at: 1, schedules: '{"a":1}' });
  const pools = await client.pools.list();
  expect(pools.map(({ schedules }) => schedules)).toEqual([[schedule], []]);
});
