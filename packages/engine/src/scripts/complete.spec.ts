import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../base/clock.js';
import { resultOf } from '../redis/reply.js';
import { Scripts } from './scripts.js';
import { TestNamespace } from '../testing/test-redis.js';

const POOL = 'pool';

let ns: TestNamespace;

beforeEach(async () => {
  ns = new TestNamespace();
  await ns.connection.ready();
});

afterEach(async () => {
  await ns.close();
});

/** Has the jobs in progress, the first of them for the longest time. */
async function inProgress(jobName: string, ...raws: string[]): Promise<void> {
  await ns.redis.lpush(ns.keys.inProgress(jobName, POOL), ...raws);
  await ns.redis.incrby(ns.keys.lock(jobName), raws.length);
  await ns.redis.hincrby(ns.keys.lockInfo(jobName), POOL, raws.length);
}

/** Completes jobs, written as `name:entry`; returns the positions of those that were not in progress. */
async function complete(...jobs: string[]): Promise<number[]> {
  const parsed = jobs.map((job) => {
    const [jobName = '', raw = ''] = job.split(':');
    return { jobName, raw };
  });
  const { lost } = await ns.connection.call(
    new Scripts(ns.keys, systemClock).running.complete(POOL, parsed),
  );
  return [...lost].sort((a, b) => a - b);
}

async function left(jobName: string): Promise<unknown> {
  const list = await ns.redis.lrange(ns.keys.inProgress(jobName, POOL), 0, -1);
  const share = await ns.redis.hget(ns.keys.lockInfo(jobName), POOL);
  return { list: list.reverse(), lock: await ns.lock(jobName), share: Number(share) };
}

describe('completing jobs', () => {
  it.each([
    ['the oldest, in their order', ['n:a', 'n:b'], ['c', 'd']],
    ['all of them', ['n:a', 'n:b', 'n:c', 'n:d'], []],
    ['the oldest, in another order', ['n:b', 'n:a'], ['c', 'd']],
    ['some in the middle', ['n:c', 'n:b'], ['a', 'd']],
    ['the newest', ['n:d'], ['a', 'b', 'c']],
  ])('takes %s out of progress, and lowers the locks', async (_which, jobs, list) => {
    await inProgress('n', 'a', 'b', 'c', 'd');
    expect(await complete(...jobs)).toEqual([]);
    expect(await left('n')).toEqual({ list, lock: list.length, share: list.length });
  });

  it('returns the missing jobs of several queues, and lowers no lock for them', async () => {
    await inProgress('n', 'a', 'b');
    await inProgress('m', 'c', 'd');
    expect(await complete('n:x', 'm:c', 'n:a', 'm:y', 'm:d')).toEqual([0, 3]);
    expect(await left('n')).toEqual({ list: ['b'], lock: 1, share: 1 });
    expect(await left('m')).toEqual({ list: [], lock: 0, share: 0 });
  });

  it('takes one of two entries that are the same', async () => {
    await inProgress('n', 'a', 'a', 'b');
    expect(await complete('n:a')).toEqual([]);
    expect(await left('n')).toEqual({ list: ['a', 'b'], lock: 2, share: 2 });
  });

  it('changes nothing when it is sent again, because its reply was lost', async () => {
    await inProgress('n', 'a', 'b');
    await complete('n:a', 'n:b');
    expect(await complete('n:a', 'n:b')).toEqual([0, 1]);
    expect(await left('n')).toEqual({ list: [], lock: 0, share: 0 });
  });

  it('removes long and short jobs with any bytes, and returns the missing ones', async () => {
    const long = Buffer.from(`{"id":"long\0","text":"${'ü'.repeat(9_000)}"}`);
    const broken = Buffer.concat([long, Buffer.from([0xff])]);
    await inProgress('n', 'a', 'b');
    await ns.redis.lpush(ns.keys.inProgress('n', POOL), long, broken);
    await ns.redis.incrby(ns.keys.lock('n'), 2);
    await ns.redis.hincrby(ns.keys.lockInfo('n'), POOL, 2);
    const { running, queues } = new Scripts(ns.keys, systemClock);
    const longOnes = [long, broken, long].map((raw) =>
      running.completeLong(POOL, { jobName: 'n', raw }),
    );
    const replies = await ns.connection.run(...longOnes, queues.rebuild(['n'], { poolId: POOL }));
    const lost = longOnes.map((call, index) => resultOf(call, replies[index]).lost);
    expect(lost).toEqual([[], [], [0]]);
    expect(await complete('n:a', 'n:b', 'n:x')).toEqual([2]);
    expect(await left('n')).toEqual({ list: [], lock: 0, share: 0 });
  });
});
