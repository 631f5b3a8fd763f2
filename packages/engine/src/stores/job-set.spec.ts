import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidOptionError } from '../errors/errors.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';

const NOW = 1_700_000_000;
const AT = new Date((NOW - 100) * 1000);

let ns: TestNamespace;
let client: Client;
let enqueuer: Enqueuer;

beforeEach(async () => {
  ns = new TestNamespace();
  const clock = new FakeClock(NOW);
  client = new Client({ ...ns.options, clock });
  enqueuer = new Enqueuer({ ...ns.options, clock });
  await ns.redis.sadd(ns.keys.knownJobs, 'n', 'm');
});

afterEach(async () => {
  client.close();
  await enqueuer.close();
  await ns.close();
});

const ARGS = '{"big":9007199254740993,"list":[],"x":1e400}';

function failed(id: string, name = 'n', more = ''): string {
  return `{"name":"${name}","id":"${id}","t":1,"args":${ARGS},"fails":4,"err":"boom","failed_at":7${more}}`;
}

async function bury(...entries: (string | Buffer)[]): Promise<void> {
  for (const entry of entries) await ns.redis.zadd(ns.keys.dead, NOW - 100, entry);
}

describe('running a dead job now', () => {
  it('puts it into its queue, its failures forgotten and its arguments to the byte', async () => {
    await bury(failed('1', 'n', ',"extra":[1.0]'), failed('2'));
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'enqueued' });
    expect(await ns.queue('n')).toEqual([
      `{"name":"n","id":"1","t":${NOW},"args":${ARGS},"extra":[1.0]}`,
    ]);
    expect((await client.dead.list()).jobs.map(({ job }) => job?.id)).toEqual(['2']);
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'notFound' });
  });

  it('takes a job from a list, too, and forgets the deaths of its processes', async () => {
    await bury(failed('1'));
    await ns.redis.set(ns.keys.deaths('1'), 2);
    const [job] = (await client.dead.list()).jobs;
    if (!job) throw new Error('no job');
    expect(await client.dead.get(job)).toEqual(job);
    expect(await client.dead.runNow(job)).toEqual({ status: 'enqueued' });
    expect(await client.dead.get(job)).toBeUndefined();
    expect(await client.dead.runNow(job)).toEqual({ status: 'notFound' });
    expect(await ns.redis.exists(ns.keys.deaths('1'))).toBe(0);
  });

  it('leaves unknown names and entries that are not jobs untouched', async () => {
    await bury(failed('1', 'stranger'), 'not JSON');
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'unknown' });
    const { jobs } = await client.dead.list();
    for (const job of jobs) expect(await client.dead.runNow(job)).toEqual({ status: 'unknown' });
    expect(await client.dead.list()).toMatchObject({ jobs, total: 2 });
  });

  it('claims again for a unique job, and leaves it when another like it waits', async () => {
    const { job: waiting } = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    const key = JSON.stringify(waiting?.uniqueKey ?? '');
    await bury(failed('1', 'n', `,"unique":true,"unique_key":${key},"claim":"released"`));
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'duplicate' });
    expect((await client.dead.list()).total).toBe(1);
    await client.queue('n').empty();
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'enqueued' });
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toEqual({
      status: 'duplicate',
      id: '1',
    });
    const [entry = ''] = await ns.queue('n');
    expect(JSON.parse(entry)).not.toHaveProperty('claim');
  });

  it('does not claim the key that a dead job still holds', async () => {
    const { job } = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    const key = JSON.stringify(job?.uniqueKey ?? '');
    await ns.redis.del(ns.keys.queue('n'));
    await bury(failed('1', 'n', `,"unique":true,"unique_key":${key},"claim":"held"`));
    expect(await client.dead.runNow({ at: AT, id: '1' })).toEqual({ status: 'enqueued' });
  });

  it('refuses a time that is none', async () => {
    await expect(client.dead.runNow({ at: new Date(NaN), id: '1' })).rejects.toThrow(
      InvalidOptionError,
    );
  });
});

describe('one job', () => {
  it('is found by its time and id, and there are counts of all', async () => {
    await bury(failed('1'), 'not JSON');
    expect(await client.dead.get({ at: AT, id: '1' })).toMatchObject({ at: AT, job: { id: '1' } });
    expect(await client.dead.get({ at: AT, id: '2' })).toBeUndefined();
    const {
      id,
      job: { runAt },
    } = await enqueuer.enqueue('n', undefined, { in: '1m' });
    expect(await client.scheduled.get({ at: runAt, id })).toMatchObject({ job: { id } });
    expect(await client.retries.get({ at: runAt, id })).toBeUndefined();
    expect(await client.counts()).toEqual({ scheduled: 1, retry: 0, dead: 2 });
    expect(await client.server.info()).toContain('redis_version');
  });
});

describe('running a scheduled job or a retry now', () => {
  it('puts a job into its queue now, whatever its time', async () => {
    const { job: scheduled } = await enqueuer.enqueue('n', { a: 1 }, { in: '1000s' });
    expect(await client.scheduled.runNow({ at: scheduled.runAt, id: scheduled.id })).toEqual({
      status: 'enqueued',
    });
    await ns.redis.zadd(ns.keys.retry, NOW + 50, failed('2'));
    expect(await client.retries.runNow({ at: new Date((NOW + 50) * 1000), id: '2' })).toEqual({
      status: 'enqueued',
    });
    const [retry = '', first = ''] = await ns.queue('n');
    expect(JSON.parse(first)).toMatchObject({ id: scheduled.id, t: NOW, args: { a: 1 } });
    expect(retry).toBe(failed('2').replace('"t":1', `"t":${NOW}`));
    expect(await client.scheduled.runAll()).toMatchObject({ total: 0, done: 0 });
  });

  it('works for all of them', async () => {
    for (let i = 0; i < 3; i++) await enqueuer.enqueue('n', { i }, { in: '1000s' });
    await enqueuer.enqueue('m', undefined, { in: '1000s' });
    expect(await client.scheduled.runAll({ jobName: 'n' })).toMatchObject({ total: 4, done: 3 });
    await ns.redis.zadd(ns.keys.retry, NOW + 50, failed('2'));
    expect(await client.retries.runAll()).toMatchObject({ total: 1, done: 1 });
    expect(await ns.queue('n')).toHaveLength(4);
  });
});

describe('deleting', () => {
  it('removes one job, identified by time and id or taken from a list', async () => {
    await bury(failed('1'), failed('2'), 'not JSON');
    expect(await client.dead.delete({ at: AT, id: '1' })).toEqual({ status: 'deleted' });
    expect(await client.dead.delete({ at: AT, id: '1' })).toEqual({ status: 'notFound' });
    expect(await client.dead.delete({ at: new Date(0), id: '2' })).toEqual({ status: 'notFound' });
    for (const job of (await client.dead.list()).jobs) {
      expect(await client.dead.delete(job)).toEqual({ status: 'deleted' });
    }
    expect((await client.dead.list()).total).toBe(0);
    await ns.redis.zadd(ns.keys.retry, NOW, failed('3'));
    expect(await client.retries.delete({ at: new Date(NOW * 1000), id: '3' })).toEqual({
      status: 'deleted',
    });
  });

  it('a scheduled unique job frees its claim, by arguments or by key', async () => {
    const { job: byArgs } = await enqueuer.enqueue('n', { a: 1 }, { in: '100s', unique: true });
    const { job: byKey } = await enqueuer.enqueue(
      'n',
      { a: 1 },
      { in: '100s', unique: { key: { k: 1 } } },
    );
    await enqueuer.enqueue('n', { a: 2 }, { in: '100s', unique: { key: { k: 1 } } });
    for (const job of [byArgs, byKey]) {
      if (!job) throw new Error('no job');
      expect(await client.scheduled.delete({ at: job.runAt, id: job.id })).toEqual({
        status: 'deleted',
      });
    }
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: { key: { k: 1 } } })).toMatchObject({
      status: 'enqueued',
    });
  });

  it("a job that has run frees nobody else's claim", async () => {
    const { job: waiting } = await enqueuer.enqueue('n', { a: 1 }, { unique: true });
    const key = JSON.stringify(waiting?.uniqueKey ?? '');
    await bury(failed('1', 'n', `,"unique":true,"unique_key":${key}`));
    expect(await client.dead.delete({ at: AT, id: '1' })).toEqual({ status: 'deleted' });
    expect(await enqueuer.enqueue('n', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
  });
});

describe('scan', () => {
  it('goes through all jobs, the latest first', async () => {
    for (let i = 0; i < 1_100; i++) await ns.redis.zadd(ns.keys.dead, i, failed(String(i)));
    const seen: (string | undefined)[] = [];
    for await (const jobs of client.dead.scan()) seen.push(...jobs.map(({ job }) => job?.id));
    expect(seen).toEqual(Array.from({ length: 1_100 }, (_, i) => String(1_099 - i)));
    for await (const jobs of client.retries.scan()) expect(jobs).toEqual([]);
  });
});

describe('with all dead jobs', () => {
  async function buryMany(): Promise<void> {
    const entries = Array.from({ length: 1_200 }, (_, i) =>
      i % 3 === 0 ? failed(String(i), 'm') : failed(String(i), i % 3 === 1 ? 'n' : 'stranger'),
    );
    await bury(...entries, 'not JSON', Buffer.from([0x7b, 0xff]));
  }

  it('retrying passes over unknown names, in batches', async () => {
    await buryMany();
    const seen: number[] = [];
    const result = await client.dead.runAll({ onProgress: (so) => seen.push(so.seen) });
    expect(result).toEqual({
      ...{ total: 1_202, seen: 1_202, done: 800, duplicates: 0, unknown: 402, aborted: false },
    });
    expect(seen).toEqual([500, 1_000, 1_202]);
    expect(await ns.queue('n')).toHaveLength(400);
    expect(await ns.queue('m')).toHaveLength(400);
    expect((await client.dead.list()).total).toBe(402);
  });

  it('of one name only those are retried, or deleted', async () => {
    await buryMany();
    expect(await client.dead.runAll({ jobName: 'n' })).toMatchObject({
      done: 400,
      unknown: 0,
    });
    expect(await client.dead.deleteAll({ jobName: 'm' })).toMatchObject({ done: 400 });
    expect((await client.dead.list()).total).toBe(402);
    expect(await client.dead.deleteAll()).toMatchObject({ total: 402, done: 402 });
    expect((await client.dead.list()).total).toBe(0);
  });

  it('the work can be aborted, and what is done stays done', async () => {
    await buryMany();
    const controller = new AbortController();
    const result = await client.dead.deleteAll({
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(result).toMatchObject({ total: 1_202, done: 500, aborted: true });
    expect((await client.dead.list()).total).toBe(702);
  });

  it('a promise of onProgress is awaited, and its error ends the work', async () => {
    await buryMany();
    const work = client.dead.deleteAll({
      onProgress: async () => {
        await Promise.resolve();
        throw new Error('the page is closed');
      },
    });
    await expect(work).rejects.toThrow('the page is closed');
    expect((await client.dead.list()).total).toBe(702);
  });

  it('the others have the like', async () => {
    await enqueuer.enqueue('n', undefined, { in: '100s' });
    await ns.redis.zadd(ns.keys.retry, NOW, failed('1'));
    expect(await client.scheduled.deleteAll()).toMatchObject({ done: 1 });
    expect(await client.retries.deleteAll()).toMatchObject({ done: 1 });
  });
});
