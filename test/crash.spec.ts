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

let namespace: string;
let redis: Redis;
let enqueuer: Enqueuer;
let worker: ChildProcess;

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  redis = new Redis(URL_OF_REDIS);
  enqueuer = new Enqueuer({ redis: URL_OF_REDIS, namespace });
  worker = fork(WORKER, [URL_OF_REDIS, namespace]);
});

afterEach(async () => {
  worker.kill('SIGKILL');
  await enqueuer.close();
  redis.disconnect();
});

async function started(): Promise<{ started: string; pool: string }> {
  const [message] = (await once(worker, 'message')) as [{ started: string; pool: string }];
  return message;
}

describe('a worker process that is killed in the middle of a job', () => {
  it('leaves the job, its lock and its heartbeat in Redis, for a reaper to find', async () => {
    const { id } = await enqueuer.enqueue('endless', { text: 'é', list: [] });
    const message = await started();
    expect(message.started).toBe(id);
    worker.kill('SIGKILL');
    await once(worker, 'exit');

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
      'endless',
    );
  });

  it('never had more in progress than it has workers, and the rest still waits', async () => {
    await enqueuer.enqueueMany(Array.from({ length: 5 }, () => ({ name: 'endless' })));
    const { pool } = await started();
    const list = `${namespace}:jobs:endless:${pool}:inprogress`;
    await eventually(async () => expect(await redis.llen(list)).toBe(2));
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    expect(await redis.llen(list)).toBe(2);
    expect(await redis.llen(`${namespace}:jobs:endless`)).toBe(3);
  });
});
