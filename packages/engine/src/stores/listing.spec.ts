import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidOptionError } from '../errors/errors.js';
import { silentLogger } from '../logging/logger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { Client } from '../client/client.js';

const NOW = 1_700_000_000;

let ns: TestNamespace;
let clock: FakeClock;
let client: Client;
let enqueuer: Enqueuer;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  client = new Client({ ...ns.options, clock });
  enqueuer = new Enqueuer({ ...ns.options, clock });
});

afterEach(async () => {
  client.close();
  await enqueuer.close();
  await ns.close();
});

function entry(id: number | string, name = 'n', more = ''): string {
  return `{"name":"${name}","id":"${id}","t":1,"args":null${more}}`;
}

function date(seconds: number): Date {
  return new Date(seconds * 1000);
}

function ids(jobs: readonly { job: { id: string } | undefined }[]): (string | undefined)[] {
  return jobs.map(({ job }) => job?.id);
}

describe('list', () => {
  beforeEach(async () => {
    for (let i = 0; i < 50; i++) {
      await ns.redis.zadd(ns.keys.dead, NOW + i, entry(i, i % 10 === 0 ? 'm' : 'n'));
    }
  });

  it('goes on where the last one ended, the earliest or the latest first', async () => {
    const first = await client.dead.list({ limit: 3 });
    expect(first).toMatchObject({ total: 50, from: 0, seen: 3, next: 3 });
    expect(ids(first.jobs)).toEqual(['0', '1', '2']);
    const second = await client.dead.list({ from: first.next ?? 0, limit: 200 });
    expect(ids(second.jobs)[0]).toBe('3');
    expect(second.next).toBeUndefined();
    const newest = await client.dead.list({ newestFirst: true, limit: 2 });
    expect(ids(newest.jobs)).toEqual(['49', '48']);
    expect(newest.jobs[0]?.at).toEqual(date(NOW + 49));
    expect((await client.dead.list({ from: 60 })).jobs).toEqual([]);
  });

  it('begins at a time', async () => {
    const from = await client.dead.list({ at: date(NOW + 10), limit: 1 });
    expect(ids(from.jobs)).toEqual(['10']);
    const back = await client.dead.list({ at: date(NOW + 10), limit: 2, newestFirst: true });
    expect(ids(back.jobs)).toEqual(['10', '9']);
    await expect(client.dead.list({ at: new Date(NaN) })).rejects.toThrow(InvalidOptionError);
  });

  it('lists those of one name', async () => {
    const found = await client.dead.list({ jobName: 'm', limit: 2 });
    expect(ids(found.jobs)).toEqual(['0', '10']);
    expect(found.next).toBe(11);
    const rest = await client.dead.list({ jobName: 'm', from: 11 });
    expect(ids(rest.jobs)).toEqual(['20', '30', '40']);
    expect(rest).toMatchObject({ from: 11, seen: 39, next: undefined });
  });

  it('looks at 5000 jobs of other names at most', async () => {
    const many = Array.from({ length: 6_000 }, (_, i) => entry(i + 100));
    for (let i = 0; i < many.length; i += 500) {
      const pairs = many.slice(i, i + 500).flatMap((one) => [String(NOW + 100), one]);
      await ns.redis.call('ZADD', ns.keys.dead, ...pairs);
    }
    const found = await client.dead.list({ jobName: 'none' });
    expect(found).toMatchObject({ jobs: [], total: 6_050, seen: 5_000, next: 5_000 });
    expect(await client.dead.list({ jobName: 'none', from: 5_000 })).toMatchObject({
      seen: 1_050,
      next: undefined,
    });
  });

  it('counts those of one name, and estimates where there are very many', async () => {
    expect(await client.dead.count('m')).toEqual({ count: 5, exact: true });
    for (let i = 0; i < 20; i++) {
      const pairs = Array.from({ length: 500 }, (_, j) => ['7', entry(i * 1_000 + j + 100, 'x')]);
      await ns.redis.call('ZADD', ns.keys.dead, ...pairs.flat());
    }
    const { count, exact } = await client.dead.count('x');
    expect(exact).toBe(false);
    expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('finds names that JSON may write in several ways', async () => {
    await ns.redis.zadd(ns.keys.retry, NOW, entry(1, String.raw`a\u003cb`));
    expect(ids((await client.retries.list({ jobName: 'a<b' })).jobs)).toEqual(['1']);
  });

  it.each([{ from: -1 }, { limit: 0 }, { limit: 201 }, { from: 0.5 }])(
    'refuses %p',
    async (bad) => {
      await expect(client.dead.list(bad)).rejects.toThrow(InvalidOptionError);
    },
  );
});

describe('a job that waits for its retry', () => {
  it('can be killed, to the byte', async () => {
    const raw = entry(1, 'n', ',"fails":2,"err":"boom","failed_at":7,"big":9007199254740993');
    await ns.redis.zadd(ns.keys.retry, NOW + 50, raw);
    expect(await client.retries.kill({ at: date(NOW + 50), id: '1' })).toEqual({
      status: 'killed',
    });
    expect(await client.retries.kill({ at: date(NOW + 50), id: '1' })).toEqual({
      status: 'notFound',
    });
    expect(await ns.redis.zrange(ns.keys.dead, '0', '-1', 'WITHSCORES')).toEqual([
      raw,
      String(NOW),
    ]);
    expect(await ns.redis.zcard(ns.keys.retry)).toBe(0);
  });

  it('frees the claim that it holds', async () => {
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
    pool.job('u', { uniqueUntil: 'done', maxFails: 3 }, () => {
      throw new Error('no');
    });
    const { job: first } = await enqueuer.enqueue('u', { a: 1 }, { unique: true });
    await pool.drain();
    await pool.stop();
    expect(await enqueuer.enqueue('u', { a: 1 }, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    const [waiting] = (await client.retries.list()).jobs;
    if (!waiting) throw new Error('no job');
    expect(await client.retries.kill(waiting)).toEqual({ status: 'killed' });
    expect(await enqueuer.enqueue('u', { a: 1 }, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
    const [dead] = (await client.dead.list()).jobs;
    expect(dead?.job?.id).toBe(first?.id);
    expect(dead?.text).not.toContain('"claim"');
    expect(dead && (await client.dead.runNow(dead))).toEqual({ status: 'duplicate' });
  });

  it('can be killed with all others of its name', async () => {
    for (let i = 0; i < 700; i++) {
      await ns.redis.zadd(ns.keys.retry, NOW, entry(i, i % 7 === 0 ? 'm' : 'n'));
    }
    expect(await client.retries.killAll({ jobName: 'm' })).toMatchObject({ seen: 700, done: 100 });
    expect(await client.counts()).toEqual({ scheduled: 0, retry: 600, dead: 100 });
  });
});

describe('a waiting job', () => {
  const DEPTH = 30_500;

  async function fill(count: number): Promise<void> {
    for (let i = 1; i <= count; i += 500) {
      const entries = Array.from({ length: Math.min(500, count - i + 1) }, (_, j) => entry(i + j));
      await ns.redis.lpush(ns.keys.queue('n'), ...entries);
    }
  }

  it('can be deleted near where it was seen, though others were taken since', async () => {
    await fill(600);
    await ns.redis.rpop(ns.keys.queue('n'), 100);
    expect(await client.queue('n').get({ position: 300, id: '300' })).toMatchObject({
      position: 200,
    });
    expect(await client.queue('n').delete({ position: 300, id: '300' })).toEqual({
      status: 'deleted',
    });
    expect(await client.queue('n').get({ position: 300, id: '300' })).toBeUndefined();
    expect(await client.queue('n').delete({ position: 300, id: '300' })).toEqual({
      status: 'notFound',
    });
    expect(await client.queue('n').delete({ position: 600, id: '600' })).toEqual({
      status: 'deleted',
    });
    expect(await ns.redis.llen(ns.keys.queue('n'))).toBe(498);
  });

  it('frees its claim', async () => {
    const { job } = await enqueuer.enqueue('u', { a: 1 }, { unique: true });
    expect(await client.queue('u').delete({ position: 1, id: job?.id ?? '' })).toEqual({
      status: 'deleted',
    });
    expect(await enqueuer.enqueue('u', { a: 1 }, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
  });

  it('is not looked for in the middle of a very long queue', async () => {
    await fill(2 * DEPTH);
    const middle = { position: DEPTH, id: String(DEPTH) };
    expect(await client.queue('n').delete(middle)).toEqual({ status: 'tooDeep' });
    const late = { position: 2 * DEPTH - 10, id: String(2 * DEPTH - 10) };
    expect(await client.queue('n').delete(late)).toEqual({ status: 'deleted' });
  });

  it('is listed by position, and met by a scan', async () => {
    await fill(1_203);
    const { jobs, total } = await client.queue('n').list({ from: 1_200, limit: 50 });
    expect(total).toBe(1_203);
    expect(jobs.map(({ position, job }) => [position, job?.id])).toEqual([
      [1_201, '1201'],
      [1_202, '1202'],
      [1_203, '1203'],
    ]);
    let seen = 0;
    for await (const batch of client.queue('n').scan()) seen += batch.length;
    expect(seen).toBe(1_203);
  });
});

describe('attempts', () => {
  it('are remembered until the job is done, the newest first', async () => {
    let fails = 2;
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
    pool.job('n', { backoff: () => '1s' }, () => {
      if (fails-- > 0) throw new Error(`boom ${fails}`);
    });
    const { id } = await enqueuer.enqueue('n');
    await pool.drain();
    clock.advance(10);
    await client.retries.runAll();
    await pool.drain();
    const attempts = await client.attempts(id);
    expect(attempts).toMatchObject([
      { error: 'boom 0', fails: 2, at: date(NOW + 10), duration: 0, pid: process.pid },
      { error: 'boom 1', fails: 1, at: date(NOW) },
    ]);
    expect(attempts[0]?.backtrace).toContain('listing.spec');
    expect(await ns.redis.pttl(ns.keys.attempts(id))).toBeGreaterThan(6 * 24 * 3600 * 1000);
    await client.retries.runAll();
    await pool.drain();
    await pool.stop();
    expect(await client.attempts(id)).toEqual([]);
  });

  it('are ten at most, and go with the job that is deleted', async () => {
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
    pool.job('n', { maxFails: 12 }, () => {
      throw new Error('x'.repeat(100_000));
    });
    const { id } = await enqueuer.enqueue('n');
    for (let i = 0; i < 12; i++) {
      await pool.drain();
      await client.retries.runAll();
    }
    await pool.stop();
    const attempts = await client.attempts(id);
    expect(attempts.map((attempt) => attempt.fails)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(attempts[0]?.error.length).toBeLessThanOrEqual(2_048);
    await client.dead.deleteAll();
    expect(await ns.redis.exists(ns.keys.attempts(id))).toBe(0);
  });

  it('that cannot be written do not keep the job from being settled', async () => {
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
    pool.job('n', () => {
      throw new Error('no');
    });
    const { id } = await enqueuer.enqueue('n');
    await ns.redis.set(ns.keys.attempts(id), 'in the way');
    await pool.drain();
    await pool.stop();
    expect((await client.counts()).retry).toBe(1);
    expect(await ns.lock('n')).toBe(0);
  });
});

it('how the last job of a schedule ended is remembered', async () => {
  const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
  pool.job('tick', { maxFails: 1 }, (job) => {
    if (job.id.endsWith('60')) throw new Error('no');
  });
  const push = (time: number) =>
    ns.redis.lpush(ns.keys.queue('tick'), entry(`periodic:tick:* * * * * *:${time}`, 'tick'));
  await push(30);
  await pool.drain();
  const results = () => client.schedules.results();
  expect((await results()).get('periodic:tick:* * * * * *')).toMatchObject({
    ...{ result: 'done', at: date(NOW), jobId: 'periodic:tick:* * * * * *:30' },
  });
  await push(60);
  await pool.drain();
  await pool.stop();
  expect(await results()).toEqual(
    new Map([
      [
        'periodic:tick:* * * * * *',
        {
          ...{ jobId: 'periodic:tick:* * * * * *:60', result: 'dead', at: date(NOW) },
          ...{ duration: 0, error: 'no' },
        },
      ],
    ]),
  );
});
