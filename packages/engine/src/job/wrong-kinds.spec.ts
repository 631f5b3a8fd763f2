import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { newEntry } from './job-entry.js';
import { silentLogger } from '../logging/logger.js';
import type { ScriptCall } from '../redis/script.js';
import { Scripts } from '../scripts/scripts.js';
import type { FetchParams } from '../scripts/fetching.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

const POOL = 'pool';
const NOW = 1_700_000_000;
const raw = newEntry({ name: 'n', id: 'id', enqueuedAt: 1, argsText: 'null' });

let ns: TestNamespace;
let scripts: Scripts;

beforeEach(async () => {
  ns = new TestNamespace();
  scripts = new Scripts(ns.keys, new FakeClock(NOW));
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  await ns.connection.ready();
});

afterEach(() => ns.close());

/** Somebody writes a string where something else should be. */
async function spoil(key: string): Promise<void> {
  await ns.redis.set(key, 'of the wrong kind');
}

const run = <Result>(call: ScriptCall<Result>): Promise<Result> => ns.connection.call(call);

async function inProgress(): Promise<string[]> {
  return ns.redis.lrange(ns.keys.inProgress('n', POOL), 0, -1);
}

describe('a key of the wrong kind costs no job', () => {
  it('when a fetch counts in it: the job stays in its queue', async () => {
    await ns.redis.lpush(ns.keys.queue('n'), raw);
    await spoil(ns.keys.lockInfo('n'));
    const { entries } = await run(scripts.running.fetch(fetching()));
    expect(entries).toEqual([]);
    expect(await ns.queue('n')).toEqual([raw]);
    expect(await ns.lock('n')).toBe(0);
  });

  it('when a fetch looks for marks in it: the job is fetched', async () => {
    await ns.redis.lpush(ns.keys.queue('n'), raw);
    await spoil(ns.keys.cancelled);
    const { entries } = await run(scripts.running.fetch(fetching()));
    expect(entries).toMatchObject([{ raw, isCancelled: false }]);
    expect(await inProgress()).toEqual([raw]);
  });

  it('when locks are rebuilt: the locks of other names are corrected, and it is reported', async () => {
    await spoil(ns.keys.lockInfo('m'));
    await ns.redis.set(ns.keys.lock('n'), 7);
    await expect(run(scripts.queues.rebuild(['m', 'n'], { poolId: POOL }))).rejects.toThrow(
      'WRONGTYPE',
    );
    expect(await ns.lock('n')).toBe(0);
  });

  it('when a fetch cannot record its jobs', async () => {
    await ns.redis.lpush(ns.keys.queue('n'), raw);
    await spoil(ns.keys.inProgress('n', POOL));
    const { entries, refusals } = await run(scripts.running.fetch(fetching()));
    expect(entries).toEqual([]);
    expect(refusals.map(String)).toEqual([expect.stringMatching(/"n".*WRONGTYPE/)]);
    expect(await ns.queue('n')).toEqual([raw]);
    expect(await ns.lock('n')).toBe(0);
  });

  it('when one queue is of the wrong kind: those beside it are fetched', async () => {
    await ns.redis.lpush(ns.keys.queue('n'), raw);
    await spoil(ns.keys.queue('m'));
    await ns.redis.lpush(ns.keys.queue('limit'), raw);
    await ns.redis.sadd(ns.keys.maxConcurrency('limit'), 'x');
    const jobNames = ['m', 'limit', 'n'];
    const fetched = await run(
      scripts.running.fetch({ ...fetching(), jobNames, shares: [1, 0, 0] }),
    );
    expect(fetched.entries).toMatchObject([{ jobName: 'n', raw }]);
    expect(fetched.refusals.map(String)).toEqual([
      expect.stringMatching(/"m".*WRONGTYPE/),
      expect.stringMatching(/"limit".*WRONGTYPE/),
    ]);
  });

  it.each(['queue', 'dead'] as const)('when it is the %s of a dead pool’s job', async (what) => {
    await ns.redis.lpush(ns.keys.inProgress('n', POOL), raw);
    await spoil(what === 'dead' ? ns.keys.dead : ns.keys.queue('n'));
    const reaping = { raw, jobId: 'id', deadEntry: raw, attempt: '{}' };
    const reap = scripts.pools.reap({ id: POOL, heartbeatAt: undefined }, 'n', [reaping], {
      maxDeaths: 1,
    });
    await expect(run(reap)).rejects.toThrow('WRONGTYPE');
    expect(await inProgress()).toEqual([raw]);
  });

  it('when a pool that stops puts its jobs back', async () => {
    await ns.redis.lpush(ns.keys.inProgress('n', POOL), raw);
    await spoil(ns.keys.queue('n'));
    await expect(run(scripts.running.release(POOL, ['n']))).rejects.toThrow('WRONGTYPE');
    expect(await inProgress()).toEqual([raw]);
  });

  it('when it is the queue of a job that is due: it is due again in a minute', async () => {
    await ns.redis.zadd(ns.keys.retry, NOW, raw);
    await spoil(ns.keys.queue('n'));
    const requeued = await run(scripts.timed.requeue('retry', [{ raw, jobName: 'n', entry: raw }]));
    expect(requeued).toMatchObject({ requeued: 0, dead: 0, broken: ['n'], unknown: [] });
    expect(await ns.redis.zscore(ns.keys.retry, raw)).toBe(String(NOW + 60));
  });

  it('when it is where a job that is due and cannot be run goes', async () => {
    await ns.redis.zadd(ns.keys.retry, NOW, raw);
    await spoil(ns.keys.dead);
    const requeue = scripts.timed.requeue('retry', [{ raw, jobName: undefined, entry: raw }]);
    await expect(run(requeue)).rejects.toThrow('WRONGTYPE');
    expect(await ns.redis.zscore(ns.keys.retry, raw)).toBe(String(NOW));
  });

  it('when it records the moved firings', async () => {
    await ns.redis.zadd(ns.keys.scheduled, NOW, raw);
    await spoil(ns.keys.movedFirings);
    const firing = { schedule: 's', time: NOW };
    const requeueing = { raw, jobName: 'n', entry: raw, firing };
    await expect(run(scripts.timed.requeue('scheduled', [requeueing]))).rejects.toThrow('WRONG');
    expect(await ns.redis.zscore(ns.keys.scheduled, raw)).toBe(String(NOW));
  });

  it('when it is the marks of cancelled jobs, and a job is run by hand: it runs', async () => {
    await ns.redis.zadd(ns.keys.dead, NOW, raw);
    await spoil(ns.keys.cancelled);
    const params = { raw, jobName: 'n', jobId: 'id', uniqueKey: undefined, entry: raw };
    expect(await run(scripts.jobs.runNow('dead', [params]))).toEqual(['enqueued']);
    expect(await ns.queue('n')).toEqual([raw]);
  });

  it('when it is the queue of a job that is removed with its claim', async () => {
    const uniqueKey = ns.keys.unique('n', 'a');
    await ns.redis.zadd(ns.keys.scheduled, NOW, raw);
    await ns.redis.set(uniqueKey, '1');
    await spoil(ns.keys.queue('n'));
    const params = { raw, jobName: 'n', jobId: 'id', uniqueKey };
    const remove = scripts.jobs.remove(ns.keys.scheduled, 'set', [params]);
    await expect(run(remove)).rejects.toThrow('WRONGTYPE');
    expect(await ns.redis.zscore(ns.keys.scheduled, raw)).toBe(String(NOW));
  });

  it('when a job is killed, or run by hand', async () => {
    const job = { raw, jobName: 'n', jobId: 'id', uniqueKey: undefined };
    await ns.redis.zadd(ns.keys.retry, NOW, raw);
    await spoil(ns.keys.dead);
    await spoil(ns.keys.queue('n'));
    const kill = scripts.jobs.kill([{ ...job, deadEntry: raw }]);
    await expect(run(kill)).rejects.toThrow('WRONGTYPE');
    const runNow = scripts.jobs.runNow('retry', [{ ...job, entry: raw }]);
    await expect(run(runNow)).rejects.toThrow('WRONGTYPE');
    expect(await ns.redis.zscore(ns.keys.retry, raw)).toBe(String(NOW));
  });

  it('when a job has died; nor does it hold up others, and it is settled when the key is mended', async () => {
    const pool = new WorkerPool({ ...ns.options, logger: silentLogger });
    const done: string[] = [];
    pool.job('n', { maxFails: 1 }, () => {
      throw new Error('It always fails.');
    });
    pool.job('good', (job) => done.push(job.id));
    await spoil(ns.keys.dead);
    const enqueuer = new Enqueuer(ns.options);
    await enqueuer.enqueue('n');
    await pool.start();
    await eventually(async () => expect(await ns.inProgress('n')).toBe(1));
    await enqueuer.enqueueMany(Array.from({ length: 2_000 }, () => ({ name: 'good' })));
    await eventually(() => expect(done).toHaveLength(2_000));
    expect(await ns.inProgress('n')).toBe(1);
    await ns.redis.del(ns.keys.dead);
    await eventually(async () => expect(await ns.set('dead')).toHaveLength(1));
    expect(await ns.inProgress('n')).toBe(0);
    expect(await ns.lock('n')).toBe(0);
    await pool.stop();
    await enqueuer.close();
  });
});

function fetching(): FetchParams {
  return {
    ...{ poolId: POOL, wanted: 1, jobNames: ['n'], shares: [1], watch: false },
    ...{ atLimit: new Set<string>(), uniqueUntil: () => 'started' as const },
  };
}
