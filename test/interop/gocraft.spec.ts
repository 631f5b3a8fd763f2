import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Client,
  defineJob,
  Enqueuer,
  silentLogger,
  WorkerPool,
  type WorkerPoolOptions,
} from '@nestcraft/engine';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { eventually } from '../support/eventually.js';
import { Gate } from '../support/gate.js';
import { buildGoProgram, GoProcess, hasGo, type GoJob } from './go-process.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';
// What comes through every path unchanged that does not lead through Go's own requeuer or decoder.
const HARD_ARGS =
  '{"big":9007199254740993,"empty":[],"nested":{"list":[[]]},"text":"é😀\\u2028\\u0000\\u001f\\"\\\\<&>"}';

if (!hasGo) process.stderr.write('skipped: test/interop needs Go, and there is none on PATH\n');
const withGo = hasGo ? describe : describe.skip;

let binary: string;
let namespace: string;
let redis: Redis;
let enqueuer: Enqueuer;
let client: Client;
let pools: WorkerPool[];
let processes: GoProcess[];

beforeAll(() => {
  if (hasGo) binary = buildGoProgram();
}, 300_000);

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  redis = new Redis(ADMIN_REDIS);
  enqueuer = new Enqueuer({ redis: REDIS, namespace });
  client = new Client({ redis: REDIS, namespace });
  pools = [];
  processes = [];
});

afterEach(async () => {
  for (const go of processes) go.kill();
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  redis.disconnect();
});

function aGo(): GoProcess {
  const go = new GoProcess(binary, ADMIN_REDIS, namespace);
  processes.push(go);
  return go;
}

/** A Go process whose pool runs jobs. */
async function aGoPool(...jobs: Record<string, unknown>[]): Promise<GoProcess> {
  const go = aGo();
  await go.ask('start', { workers: 3, jobs });
  return go;
}

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    redis: REDIS,
    namespace,
    logger: silentLogger,
    shutdownTimeout: 0,
    ...options,
  });
  pools.push(pool);
  return pool;
}

function key(jobName: string, suffix = ''): string {
  return `${namespace}:jobs:${jobName}${suffix}`;
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

async function nothingIsInProgress(jobName: string): Promise<void> {
  await eventually(async () => {
    const lists = await redis.keys(key(jobName, ':*:inprogress'));
    const lock = await redis.get(key(jobName, ':lock'));
    expect({ lists, lock }).toEqual({ lists: [], lock: '0' });
  });
}

withGo('gocraft/work and this project in one namespace', () => {
  it('what Go enqueues, we run: at once, later, and unique', async () => {
    const go = aGo();
    const seen = new Map<string, unknown>();
    const enqueued = [
      await go.ask<GoJob>('enqueue', { name: 'n', args: { a: 1, s: '<é>' } }),
      await go.ask<GoJob>('enqueue', { name: 'n' }),
      await go.ask<GoJob>('enqueueIn', { name: 'n', seconds: 1, args: { later: true } }),
      await go.ask<GoJob>('enqueueUnique', { name: 'n', args: { u: [1, { b: null }] } }),
      await go.ask<GoJob>('enqueueUniqueIn', { name: 'n', seconds: 1, args: { u: 2 } }),
    ];
    await aPool()
      .job('n', (job) => seen.set(job.id, job.args))
      .start();
    await eventually(() => expect(seen.size).toBe(5));
    for (const { id, args } of enqueued) expect(seen.get(id)).toEqual(args ?? {});
    await nothingIsInProgress('n');
    expect(await redis.keys(`${namespace}:unique:*`)).toEqual([]);
  });

  it('what we enqueue, Go runs: at once, later, unique, by key', async () => {
    const jobs = [
      await enqueuer.enqueue('n', { a: 1, s: '<é😀>\u2028', list: [] }),
      await enqueuer.enqueue('n'),
      await enqueuer.enqueue('n', { later: true }, { in: '1s' }),
      await enqueuer.enqueue('n', { u: { z: 1, a: '<' } }, { unique: true }),
      await enqueuer.enqueue('n', { u: 2 }, { in: '1s', unique: true }),
      await enqueuer.enqueue('n', { k: 1 }, { unique: { key: { k: 'key' } } }),
    ];
    const go = await aGoPool({ name: 'n' });
    for (const { job } of jobs) {
      const run = await go.hasRun(job?.id ?? '');
      expect(run.args ?? {}).toEqual(job?.args);
    }
    await nothingIsInProgress('n');
    // The tagged gocraft/work does not know keys of the caller's, and leaves their claims.
    expect(await redis.keys(`${namespace}:unique:*`)).toEqual([
      `${namespace}:unique:n:{"k":"key"}\n`,
    ]);
  });

  it('a contract upgrades what Go enqueues still, under the old name and with the old arguments', async () => {
    const Mail = defineJob('mail', z.object({ to: z.array(z.string()) }), { aliases: ['old_mail'] })
      .upgrade(z.object({ to: z.string() }), ({ to }) => ({ to: [to] }))
      .upgrade(z.object({ address: z.string() }), ({ address }) => ({ to: address }));
    const go = aGo();
    await go.ask<GoJob>('enqueue', { name: 'old_mail', args: { address: 'a' } });
    await go.ask<GoJob>('enqueueIn', { name: 'mail', seconds: 1, args: { to: 'b' } });
    await go.ask<GoJob>('enqueue', { name: 'mail', args: { to: ['c'] } });
    const seen: string[] = [];
    await aPool()
      .job(Mail, ({ name, args }) => seen.push(`${name} ${args.to.join()}`))
      .start();
    await eventually(() => expect(seen.sort()).toEqual(['mail b', 'mail c', 'old_mail a']));
    await nothingIsInProgress('old_mail');
  });

  it("a unique job of one side keeps the other's away", async () => {
    const go = aGo();
    const args = { z: 1.5, a: '<&>\u2028é😀\b', list: [null, {}], big: 9007199254740991 };
    expect(await enqueuer.enqueue('n', args, { unique: true })).toMatchObject({
      status: 'enqueued',
    });
    expect(await go.ask('enqueueUnique', { name: 'n', args })).toBeNull();
    expect(await go.ask('enqueueUniqueIn', { name: 'n', seconds: 9, args })).toBeNull();
    expect(await go.ask('enqueueUnique', { name: 'm', args })).not.toBeNull();
    expect(await enqueuer.enqueue('m', args, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    expect(await go.ask('enqueueUnique', { name: 'none' })).not.toBeNull();
    expect(await enqueuer.enqueue('none', undefined, { unique: true })).toMatchObject({
      status: 'duplicate',
    });
    expect(await redis.llen(key('n'))).toBe(1);
    expect(await redis.llen(key('m'))).toBe(1);
  });

  it('our failed jobs, dead and to be retried, Go lists, retries and deletes', async () => {
    const go = aGo();
    const pool = aPool()
      .job('dies', { maxFails: 1 }, () => {
        throw new Error('no "way" <out>');
      })
      .job('waits', { backoff: () => '1000s' }, () => {
        throw new Error('later');
      });
    const dies = await enqueuer.enqueueMany([1, 2].map((i) => ({ name: 'dies', args: { i } })));
    const waits = await enqueuer.enqueue('waits', { i: 3 });
    await redis.lpush(key('dies'), 'not JSON');
    await pool.drain();
    const dead = await go.ask<{ jobs: ({ DiedAt: number } & GoJob)[]; count: number }>('deadJobs', {
      page: 1,
    });
    expect(dead.count).toBe(3);
    const [first] = dies;
    const shown = dead.jobs.find(({ id }) => id === first?.id);
    expect(shown).toMatchObject({ name: 'dies', args: { i: 1 }, fails: 1, err: 'no "way" <out>' });
    expect(dead.jobs.find(({ err }) => err?.startsWith('undecodable'))).toMatchObject({
      args: { raw: 'not JSON' },
    });
    const retry = await go.ask<{ jobs: GoJob[]; count: number }>('retryJobs', { page: 1 });
    expect(retry).toMatchObject({ count: 1, jobs: [{ id: waits.id, fails: 1, err: 'later' }] });
    await pool.stop();

    const times = new Map(
      (await client.dead.list()).jobs.map(({ job, at }) => [job?.id, seconds(at)]),
    );
    await go.ask('retryDeadJob', { at: times.get(dies[0]?.id), jobId: dies[0]?.id });
    await go.ask('deleteDeadJob', { at: times.get(dies[1]?.id), jobId: dies[1]?.id });
    const [waiting] = (await client.retries.list()).jobs;
    await go.ask('deleteRetryJob', { at: seconds(waiting?.at ?? new Date(0)), jobId: waits.id });
    const seen: unknown[] = [];
    await aPool()
      .job('dies', (job) => seen.push([job.id, job.args, job.fails]))
      .drain();
    expect(seen).toEqual([[dies[0]?.id, { i: 1 }, 0]]);
    expect(await redis.zcard(`${namespace}:dead`)).toBe(1);
    expect(await redis.zcard(`${namespace}:retry`)).toBe(0);
  });

  it("Go's failed jobs, dead and to be retried, we list, retry and delete", async () => {
    const go = await aGoPool(
      { name: 'dies', maxFails: 1, fail: true },
      { name: 'waits', fail: true },
    );
    const dies = await enqueuer.enqueueMany([1, 2].map((i) => ({ name: 'dies', args: { i } })));
    const waits = await enqueuer.enqueueMany([3, 4].map((i) => ({ name: 'waits', args: { i } })));
    await eventually(async () => {
      expect((await client.dead.list()).total).toBe(2);
      expect((await client.retries.list()).total).toBe(2);
    });
    await go.ask('stop');
    const [dead] = (await client.dead.list()).jobs;
    expect(dead?.job).toMatchObject({ name: 'dies', fails: 1, lastError: 'Go says no' });
    if (!dead) throw new Error('no dead job');
    expect(await client.dead.runNow(dead)).toEqual({ status: 'enqueued' });
    expect(await client.dead.deleteAll({ jobName: 'dies' })).toMatchObject({ done: 1 });
    const [one, other] = (await client.retries.list()).jobs;
    if (!one || !other) throw new Error('no retry jobs');
    expect(await client.retries.runNow(one)).toEqual({ status: 'enqueued' });
    expect(await client.retries.delete({ at: other.at, id: other.job?.id ?? '' })).toEqual({
      status: 'deleted',
    });
    const seen: string[] = [];
    await aPool()
      .job('dies', (job) => seen.push(job.id))
      .job('waits', (job) => seen.push(job.id))
      .drain();
    expect(seen.sort()).toEqual([dead.job?.id, one.job?.id].sort());
    const ids = [...dies, ...waits].map(({ id }) => id);
    for (const id of seen) expect(ids).toContain(id);
  });

  it("Go's client reads our heartbeats, observations, queues and scheduled jobs", async () => {
    const go = aGo();
    const gate = new Gate();
    const pool = aPool({ concurrency: 2, timing: { observe: 10 } }).job('n', async (job) => {
      job.checkin('half way');
      await gate.pass();
    });
    const job = await enqueuer.enqueue('n', { a: '<é>' });
    await enqueuer.enqueueMany([{ name: 'idle' }, { name: 'idle' }]);
    const { job: scheduled } = await enqueuer.enqueue('n', { later: 1 }, { in: '500s' });
    await pool.start();
    await gate.reached;
    const [heartbeat] = await go.ask<Record<string, unknown>[]>('heartbeats');
    expect(heartbeat).toMatchObject({
      worker_pool_id: pool.id,
      job_names: ['n'],
      concurrency: 2,
      pid: process.pid,
    });
    expect(heartbeat?.worker_ids).toHaveLength(2);
    await eventually(async () => {
      const observations = await go.ask<Record<string, unknown>[]>('observations');
      expect(observations).toContainEqual(
        expect.objectContaining({
          is_busy: true,
          job_name: 'n',
          job_id: job.id,
          args_json: '{"a":"<é>"}',
          checkin: 'half way',
        }),
      );
    });
    expect(await go.ask('queues')).toEqual([
      { job_name: 'idle', count: 2, latency: expect.any(Number) as unknown },
      { job_name: 'n', count: 0, latency: 0 },
    ]);
    expect(await go.ask('scheduledJobs', { page: 1 })).toMatchObject({
      count: 1,
      jobs: [{ id: scheduled.id, args: { later: 1 } }],
    });
    await go.ask('deleteScheduledJob', { at: seconds(scheduled.runAt), jobId: scheduled.id });
    expect((await client.scheduled.list()).total).toBe(0);
    gate.open();
  });

  it("our client reads Go's heartbeats, observations and queues", async () => {
    await aGoPool({ name: 'n', milliseconds: 60_000 });
    const job = await enqueuer.enqueue('n', { a: 1 });
    await eventually(async () => {
      expect(await client.workers()).toMatchObject([
        { jobName: 'n', jobId: job.id, argsText: '{"a":1}' },
      ]);
    });
    expect(await client.pools.list()).toMatchObject([
      { engine: 'gocraft', jobNames: ['n'], concurrency: 3 },
    ]);
    expect(await client.queues.list()).toMatchObject([{ jobName: 'n', count: 0, inProgress: 1 }]);
  });

  it('pauses and limits hold across both', async () => {
    const go = await aGoPool({ name: 'n', maxConcurrency: 2, milliseconds: 100 });
    let [running, most] = [0, 0];
    const ours: string[] = [];
    const pool = aPool().job('n', async (job) => {
      ours.push(job.id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await client.queue('n').pause();
    await pool.start();
    const jobs = await enqueuer.enqueueMany(Array.from({ length: 60 }, () => ({ name: 'n' })));
    const watch = setInterval(() => {
      void redis.get(key('n', ':lock')).then((lock) => {
        running = Number(lock);
        most = Math.max(most, running);
      });
    }, 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([ours.length, go.runs.length, await redis.llen(key('n'))]).toEqual([0, 0, 60]);
    await client.queue('n').resume();
    await eventually(() => {
      const ended = go.runs.flatMap((one) => one.ended ?? []);
      expect([...ours, ...ended].sort()).toEqual(jobs.map(({ id }) => id).sort());
    });
    clearInterval(watch);
    expect(most).toBe(2);
    expect(ours.length).toBeGreaterThan(0);
    await nothingIsInProgress('n');
  });

  it('a schedule that both sides register runs once for each firing', async () => {
    const spec = '* * * * * *';
    const go = aGo();
    await go.ask('start', {
      workers: 2,
      jobs: [{ name: 'tick' }],
      periodic: [{ spec, name: 'tick' }],
    });
    const ours: string[] = [];
    await aPool()
      .periodicallyEnqueue(spec, 'tick')
      .job('tick', (job) => ours.push(job.id))
      .start();
    const all = (): string[] => [...ours, ...go.runs.flatMap((run) => run.started ?? [])];
    await eventually(() => expect(all().length).toBeGreaterThan(6));
    const ids = all();
    expect(new Set(ids).size).toBe(ids.length);
    const times = ids.map((id) => Number(id.replace(`periodic:tick:${spec}:`, '')));
    expect(Math.max(...times) - Math.min(...times)).toBe(ids.length - 1);
  });

  it('arguments keep every byte on all paths but those through Go', async () => {
    const go = aGo();
    await go.askRaw('enqueue', `"name":"n","args":${HARD_ARGS}`);
    const [entry = ''] = await redis.lrange(key('n'), 0, -1);
    const text = /"args":(\{.*\})\}$/.exec(entry)?.[1] ?? 'no args';
    expect(text).toContain('"big":9007199254740993,"empty":[],');
    const pool = aPool().job('n', { backoff: () => '1s', maxFails: 2 }, () => {
      throw new Error('no');
    });
    await pool.start();
    await eventually(async () => expect((await client.dead.list()).total).toBe(1));
    const [dead] = await redis.zrange(`${namespace}:dead`, '0', '-1');
    expect(dead).toContain(`"args":${text},"fails":2`);
    await pool.stop();
    await client.dead.runAll();
    expect((await redis.lrange(key('n'), 0, -1))[0]).toContain(`"args":${text}}`);
  });

  it('what a Go requeuer buries, because it does not know the name, comes back if that is asked for', async () => {
    await aGoPool({ name: 'other' });
    const job = await enqueuer.enqueue('ours', { a: 1 }, { in: '1s' });
    await eventually(async () => {
      expect((await client.dead.list()).jobs).toMatchObject([
        { job: { id: job.id, lastError: 'unknown job when requeueing' } },
      ]);
    });
    const seen: unknown[] = [];
    await aPool({ rescueUnknownJobs: true })
      .job('ours', ({ id, args, fails }) => seen.push({ id, args, fails }))
      .start();
    await eventually(() => expect(seen).toEqual([{ id: job.id, args: { a: 1 }, fails: 0 }]));
  });

  it('the jobs of a Go process that is killed run here within 15 s, and its locks end', async () => {
    const go = await aGoPool({ name: 'n', maxConcurrency: 1, milliseconds: 60_000 });
    const job = await enqueuer.enqueue('n', { a: 1 });
    await eventually(() => expect(go.runs).toHaveLength(1));
    const seen: string[] = [];
    await aPool()
      .job('n', ({ id }) => seen.push(id))
      .start();
    go.kill();
    const killedAt = performance.now();
    await eventually(() => expect(seen).toEqual([job.id]));
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    await nothingIsInProgress('n');
    expect(await client.pools.list()).toHaveLength(1);
  }, 40_000);

  it("the jobs of our pool that is gone are recovered by Go's reaper", async () => {
    // As a process that was killed leaves them.
    const job = await enqueuer.enqueue('n', { a: 1 });
    await redis.rpoplpush(key('n'), key('n', ':ours:inprogress'));
    await redis.hset(key('n', ':lock_info'), 'ours', 1);
    await redis.set(key('n', ':lock'), 1);
    await redis.sadd(`${namespace}:worker_pools`, 'ours');
    await redis.hset(`${namespace}:worker_pools:ours`, {
      heartbeat_at: Math.floor(Date.now() / 1000) - 11,
      started_at: 1,
      job_names: 'n',
      concurrency: 1,
      worker_ids: '',
      host: 'h',
      pid: 1,
      engine: 'nestcraft',
      schedules: '[]',
    });
    const go = await aGoPool({ name: 'n', maxConcurrency: 1 });
    await go.hasRun(job.id);
    await nothingIsInProgress('n');
  }, 40_000);
});
