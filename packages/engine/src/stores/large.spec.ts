import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidJobNameError } from '../errors/errors.js';
import { callSizes } from '../testing/call-sizes.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { Client } from '../client/client.js';

const NOW = 1_700_000_000;
const MIB = 1024 * 1024;
const IDS = ['1', '2', '3', '4', '5'];
/** Jobs of which two have as many bytes as go with one reply. */
const LARGE = IDS.map(
  (id) => `{"name":"n","id":"${id}","t":1,"args":{"x":"${'x'.repeat(1.9 * MIB)}"}}`,
);

let ns: TestNamespace;
let client: Client;
let sizes: number[];

beforeEach(async () => {
  ns = new TestNamespace();
  sizes = callSizes(ns.connection);
  client = new Client({
    redis: ns.connection,
    namespace: ns.namespace,
    clock: new FakeClock(NOW),
  });
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
});

afterEach(async () => {
  expect(Math.max(...sizes)).toBeLessThan(4.5 * MIB);
  client.close();
  await ns.close();
});

const idsOf = (jobs: readonly { readonly id: string }[]): string[] => jobs.map(({ id }) => id);

describe('of large jobs in a set', () => {
  beforeEach(async () => {
    await ns.redis.zadd(ns.keys.dead, ...LARGE.flatMap((entry, i) => [NOW + i, entry]));
    await ns.redis.zadd(ns.keys.retry, ...LARGE.flatMap((entry, i) => [NOW + i, entry]));
  });

  it('a list has fewer jobs than asked for, and returns the start of the next one', async () => {
    const first = await client.dead.list({ limit: 200 });
    expect([idsOf(first.jobs), first.next, first.total]).toEqual([['1', '2'], 2, 5]);
    const second = await client.dead.list({ from: 2, jobName: 'n' });
    expect([idsOf(second.jobs), second.next, second.seen]).toEqual([['3', '4'], 4, 2]);
    const last = await client.dead.list({ from: 4 });
    expect([idsOf(last.jobs), last.next]).toEqual([['5'], undefined]);
  });

  it('a scan meets all, and a count counts all', async () => {
    const met: string[] = [];
    for await (const jobs of client.dead.scan()) met.push(...idsOf(jobs));
    expect(met).toEqual(IDS.toReversed());
    expect(await client.dead.count('n')).toEqual({ count: 5, exact: true });
  });

  it('one is found by its time and id', async () => {
    const at = new Date((NOW + 3) * 1000);
    expect(await client.dead.get({ at, id: '4' })).toMatchObject({ id: '4' });
    expect(await client.dead.get({ at, id: '5' })).toBeUndefined();
  });

  it('all are retried, killed or deleted', async () => {
    expect(await client.retries.killAll()).toMatchObject({ done: 5, total: 5 });
    await ns.redis.zadd(ns.keys.dead, NOW + 9, '{"name":"m","id":"6"}');
    expect(await client.dead.runAll({ jobName: 'n' })).toMatchObject({ done: 5 });
    expect(await ns.queue('n')).toHaveLength(5);
    expect(await client.dead.deleteAll()).toMatchObject({ done: 1 });
  });

  it('integrity looks at all of them', async () => {
    await ns.redis.zadd(ns.keys.dead, NOW + 9, 'no job');
    expect(await client.integrity()).toContainEqual(
      expect.objectContaining({ code: 'notJobs', text: expect.stringContaining('1 entry') }),
    );
  });
});

describe('of large jobs in a queue', () => {
  beforeEach(() => ns.redis.lpush(ns.keys.queue('n'), ...LARGE));

  it('a list has fewer than asked for, and says where the next begins', async () => {
    const { jobs, total, next } = await client.queue('n').list({ limit: 500 });
    expect([idsOf(jobs), total, next]).toEqual([['1', '2'], 5, 2]);
    const rest = await client.queue('n').list({ from: next });
    expect(rest.jobs).toMatchObject([
      { id: '3', position: 3 },
      { id: '4', position: 4 },
    ]);
  });

  it('a scan meets all', async () => {
    const met: string[] = [];
    for await (const jobs of client.queue('n').scan()) met.push(...idsOf(jobs));
    expect(met).toEqual(IDS);
  });

  it('one is found behind others, and deleted', async () => {
    expect(await client.queue('n').get({ position: 5, id: '4' })).toMatchObject({ position: 4 });
    expect(await client.queue('n').delete({ position: 5, id: '4' })).toEqual({ status: 'deleted' });
    expect(await client.queue('n').empty()).toMatchObject({ done: 4, total: 4 });
    expect(await ns.queue('n')).toEqual([]);
  });
});

it('all busy workers are listed, however large the arguments of their jobs are', async () => {
  const [args] = LARGE;
  await ns.redis.sadd(ns.keys.workerPools, 'pool');
  const worker_ids = IDS.join(',');
  await ns.redis.hset(ns.keys.heartbeat('pool'), { heartbeat_at: NOW, worker_ids });
  for (const id of [...IDS, 'gone']) {
    if (id === '2') continue; // It does nothing.
    await ns.redis.hset(ns.keys.observation(id), { job_name: 'n', job_id: id, args: args ?? '' });
  }
  const observations = await client.workers();
  expect(observations.map(({ workerId }) => workerId)).toEqual(['1', '3', '4', '5']);
  expect(observations.every(({ argsText }) => argsText === args)).toBe(true);
});

it("what a pool has in progress is neither shown nor changed under a name that looks like its list's", async () => {
  const hidden = 'n:pool:inprogress';
  await ns.redis.sadd(ns.keys.knownJobs, hidden);
  await ns.redis.lpush(ns.keys.inProgress('n', 'pool'), '{"name":"n","id":"1"}');
  await ns.redis.set(ns.keys.paused(hidden), '1');
  expect(() => client.queue(hidden)).toThrow(InvalidJobNameError);
  expect(await client.cancel('1')).toEqual({ status: 'notFound' });
  expect(await ns.redis.llen(ns.keys.inProgress('n', 'pool'))).toBe(1);
});

it('thousands of names are read in steps', async () => {
  const names = Array.from({ length: 2_500 }, (_, i) => `n${String(i).padStart(4, '0')}`);
  await ns.redis.sadd(ns.keys.knownJobs, ...names);
  await ns.redis.set(ns.keys.lock('n2499'), 3);
  expect((await client.queues.list()).map(({ jobName }) => jobName)).toEqual(['n', ...names]);
  expect(await client.rebuildLocks()).toHaveLength(1);
});
