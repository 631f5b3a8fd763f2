import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '@nestcraft/engine';
import { Redis } from 'ioredis';
import { eventually } from './support/eventually.js';

const WORKER = fileURLToPath(new URL('./fixtures/worker.mjs', import.meta.url));
const URL_OF_REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

let namespace: string;
let redis: Redis;
let enqueuer: Enqueuer;
let workers: WorkerProcess[];

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  redis = new Redis(ADMIN_REDIS);
  enqueuer = new Enqueuer({ redis: URL_OF_REDIS, namespace });
  workers = [];
});

afterEach(async () => {
  for (const { process } of workers) process.kill('SIGKILL');
  await enqueuer.close();
  redis.disconnect();
});

interface Message {
  readonly started?: string;
  readonly ended?: string;
  readonly lost?: string;
  readonly pool: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A process with a worker pool, and what it has told so far. */
class WorkerProcess {
  readonly process: ChildProcess;
  readonly messages: Message[] = [];

  constructor() {
    this.process = fork(WORKER, [URL_OF_REDIS, namespace]);
    this.process.on('message', (message) => this.messages.push(message as Message));
    workers.push(this);
  }

  async told(kind: 'started' | 'ended' | 'lost', id?: string): Promise<Message> {
    return eventually(() => {
      const message = this.messages.find((one) => one[kind] && (!id || one[kind] === id));
      if (!message) throw new Error(`No job ${id ?? ''} has ${kind} there yet`);
      return message;
    });
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

function key(jobName: string, suffix = ''): string {
  return `${namespace}:jobs:${jobName}${suffix}`;
}

describe('a worker process that is killed in the middle of a job', () => {
  it('leaves the job, its lock and its heartbeat in Redis, for a reaper to find', async () => {
    const worker = new WorkerProcess();
    const { id } = await enqueuer.enqueue('endless', { text: 'é', list: [] });
    const message = await worker.told('started');
    expect(message.started).toBe(id);
    await worker.kill();

    const queue = `${namespace}:jobs:endless`;
    const [entry = '', ...others] = await redis.lrange(
      `${queue}:${message.pool}:inprogress`,
      0,
      -1,
    );
    expect(others).toEqual([]);
    expect(JSON.parse(entry)).toMatchObject({ id, name: 'endless', args: { text: 'é', list: [] } });
    expect(await redis.get(`${queue}:lock`)).toBe('1');
    expect(await redis.hgetall(`${queue}:lock_info`)).toEqual({ [message.pool]: '1' });
    expect(await redis.smembers(`${namespace}:worker_pools`)).toEqual([message.pool]);
    expect(await redis.hget(`${namespace}:worker_pools:${message.pool}`, 'job_names')).toBe(
      'block,endless,kill,quick,sleep',
    );
  });

  it('never had more in progress than it has workers, and the rest still waits', async () => {
    const worker = new WorkerProcess();
    await enqueuer.enqueueMany(Array.from({ length: 5 }, () => ({ name: 'endless' })));
    const { pool } = await worker.told('started');
    const list = key('endless', `:${pool}:inprogress`);
    await eventually(async () => expect(await redis.llen(list)).toBe(2));
    await worker.kill();
    expect(await redis.llen(list)).toBe(2);
    expect(await redis.llen(key('endless'))).toBe(3);
  });
});

describe('a worker process that is killed with jobs that it has fetched ahead', () => {
  it('loses none of them: what it had not begun runs elsewhere', async () => {
    const victim = new WorkerProcess();
    await enqueuer.enqueueMany(Array.from({ length: 20_000 }, () => ({ name: 'quick' })));
    const { pool } = await victim.told('ended');
    const inProgress = key('quick', `:${pool}:inprogress`);
    // In the middle of its work, with more in progress than it has workers.
    await eventually(async () => {
      victim.process.kill('SIGSTOP');
      const length = await redis.llen(inProgress);
      if (length <= 2) victim.process.kill('SIGCONT');
      expect(length).toBeGreaterThan(2);
    });
    await victim.kill();
    const left = await Promise.all(
      [inProgress, key('quick')].map((list) => redis.lrange(list, 0, -1)),
    );
    const ids = left.flat().map((entry) => (JSON.parse(entry) as { id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);

    const heir = new WorkerProcess();
    await eventually(async () => {
      const ended = new Set(heir.messages.map((message) => message.ended));
      expect(ids.filter((id) => !ended.has(id))).toEqual([]);
      expect(await redis.get(key('quick', ':lock'))).toBe('0');
    }, 60_000);
  }, 90_000);
});

describe('beside a worker process that lives', () => {
  it('jobs of one that is killed, and of one that is paused, run again within 15 s', async () => {
    const [killed, paused] = [new WorkerProcess(), new WorkerProcess()];
    await enqueuer.enqueueMany(
      Array.from({ length: 4 }, () => ({ name: 'sleep', args: { ms: 1_000 } })),
    );
    await eventually(() => {
      for (const { messages } of [killed, paused]) expect(messages).toHaveLength(2);
    });
    const victims = [killed, paused].flatMap(({ messages }) => messages.map((one) => one.started));
    paused.process.kill('SIGSTOP');
    await killed.kill();
    const fault = Date.now();
    const alive = new WorkerProcess();
    await eventually(() => {
      const ended = alive.messages.flatMap((one) => one.ended ?? []);
      expect(ended.sort()).toEqual(victims.sort());
    });
    for (const { started, at } of alive.messages) {
      if (started) expect(at - fault).toBeLessThan(15_000);
    }
    // The one that was paused has lost its jobs, and does no harm when it settles them.
    paused.process.kill('SIGCONT');
    for (const { started } of paused.messages) await paused.told('lost', started);
    expect(await redis.get(key('sleep', ':lock'))).toBe('0');
    expect(await redis.exists(key('sleep'), `${namespace}:retry`, `${namespace}:dead`)).toBe(0);
  }, 60_000);

  it('a handler that blocks the event loop for 30 s keeps its job, and runs it once', async () => {
    const alive = new WorkerProcess();
    const blocked = new WorkerProcess();
    await eventually(async () => expect(await redis.scard(`${namespace}:worker_pools`)).toBe(2));
    const { id } = await enqueuer.enqueue('block', { ms: 30_000 });
    const { pool } = await Promise.any([alive, blocked].map((one) => one.told('started', id)));
    const ages: number[] = [];
    const watch = setInterval(() => {
      void redis.hget(`${namespace}:worker_pools:${pool}`, 'heartbeat_at').then((beat) => {
        ages.push(Date.now() / 1000 - Number(beat));
      });
    }, 500);
    await eventually(() => {
      expect([...alive.messages, ...blocked.messages].filter(({ ended }) => ended)).toHaveLength(1);
    }, 45_000);
    clearInterval(watch);
    // What gocraft/work's reaper allows is ten seconds.
    expect(ages.length).toBeGreaterThan(30);
    expect(Math.max(...ages)).toBeLessThan(10);
    const messages = [...alive.messages, ...blocked.messages];
    expect(messages.filter(({ started }) => started)).toHaveLength(1);
    expect(messages.filter(({ lost }) => lost)).toEqual([]);
    await eventually(async () => expect(await redis.get(key('block', ':lock'))).toBe('0'));
  }, 60_000);
});
