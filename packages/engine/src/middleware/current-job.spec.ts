import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { currentJob, currentSignal } from './current-job.js';
import type * as CurrentJob from './current-job.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let pool: WorkerPool;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  pool = new WorkerPool({
    ...ns.options,
    logger: silentLogger,
    concurrency: 3,
    currentJob: true,
  });
});

afterEach(async () => {
  await pool.stop();
  await enqueuer.close();
  await ns.close();
});

it('gives each concurrent job its own job and signal, however deep below the handler', async () => {
  const wrong: string[] = [];
  const deep = async (): Promise<string | undefined> => {
    await nextTurn();
    return currentJob()?.id;
  };
  pool.job('n', async (job) => {
    if ((await deep()) !== job.id) wrong.push(job.id);
    if (currentSignal() !== job.signal) wrong.push(job.id);
  });
  await enqueuer.enqueueMany(Array.from({ length: 9 }, () => ({ name: 'n' })));
  await pool.drain();
  expect(wrong).toEqual([]);
});

it('works in middleware, too', async () => {
  const seen: (string | undefined)[] = [];
  pool.middleware(async (_job, next) => {
    await next();
    seen.push(currentJob()?.name);
  });
  pool.job('n', () => undefined);
  await enqueuer.enqueue('n');
  await pool.drain();
  expect(seen).toEqual(['n']);
});

it('returns no job for a pool without the option', async () => {
  const seen: unknown[] = [];
  const quick = new WorkerPool({ ...ns.options, logger: silentLogger });
  quick.job('n', () => seen.push(currentJob()));
  await enqueuer.enqueue('n');
  await quick.drain();
  await quick.stop();
  expect(seen).toEqual([undefined]);
});

it('returns no job outside of handlers', () => {
  expect([currentJob(), currentSignal()]).toEqual([undefined, undefined]);
});

describe('a call without a current job', () => {
  let warn: jest.SpiedFunction<typeof process.emitWarning>;
  let fresh: typeof CurrentJob;

  beforeEach(async () => {
    jest.resetModules();
    Reflect.deleteProperty(globalThis, Symbol.for('nestcraft:current_job'));
    warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    fresh = await import('./current-job.js');
  });

  afterEach(() => warn.mockRestore());

  it('is warned, once, where pools run jobs and none has the option', async () => {
    const { WorkerPool: FreshPool } = await import('../pool/worker-pool.js');
    const quick = new FreshPool({ ...ns.options, logger: silentLogger });
    quick.job('n', () => [fresh.currentJob(), fresh.currentSignal()]);
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await quick.drain();
    await quick.stop();
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('currentJob: true'), { code: 'NESTCRAFT_CURRENT_JOB_OFF' }],
    ]);
  });

  it('is not where there is no pool, nor where another has the option', () => {
    fresh.currentJob();
    fresh.noteFollowing(true);
    fresh.noteFollowing(false);
    expect(fresh.currentJob()).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
  });
});
