import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { Client } from '../client/client.js';

const NOW = 1_700_000_000;

let ns: TestNamespace;
let client: Client;
const clock = new FakeClock(NOW);

beforeEach(() => {
  ns = new TestNamespace();
  client = new Client({ ...ns.options, clock });
});

afterEach(async () => {
  client.close();
  await ns.close();
});

async function kinds(): Promise<string[]> {
  return (await client.integrity()).map(({ code }) => code);
}

it('finds nothing where pools work', async () => {
  expect(await kinds()).toEqual([]);
  const enqueuer = new Enqueuer({ ...ns.options, clock });
  const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger });
  pool.job('n', async () => {
    expect(await kinds()).toEqual([]);
  });
  await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
  await enqueuer.enqueue('n', undefined, { in: '100s' });
  await pool.drain();
  await pool.stop();
  await enqueuer.close();
  expect(await client.counts()).toEqual({ scheduled: 1, retry: 0, dead: 0 });
  expect(await kinds()).toEqual([]);
});

it('finds locks that do not fit, and jobs of pools that are gone', async () => {
  await ns.redis.sadd(ns.keys.knownJobs, 'n', 'fine');
  await ns.redis.set(ns.keys.lock('n'), 7);
  await ns.redis.hset(ns.keys.lockInfo('n'), 'gone', 1, 'negative', -3);
  await ns.redis.lpush(ns.keys.inProgress('n', 'gone'), 'x');
  const findings = await client.integrity();
  expect(findings.map(({ code }) => code)).toEqual(['locks', 'orphans']);
  expect(findings[0]?.text).toBe(
    "The lock of n is 7, its pools' shares add up to 1, and 1 are in progress. A concurrency limit lets too many or too few of these jobs run.",
  );
  await client.rebuildLocks();
  expect(await kinds()).toEqual(['orphans']);
});

it('says exactly what a repair would do, and changes nothing', async () => {
  await ns.redis.sadd(ns.keys.knownJobs, 'n', 'fine', 'left');
  await ns.redis.set(ns.keys.lock('n'), -2);
  await ns.redis.hset(ns.keys.lockInfo('n'), { go: 3, negative: -3, gone: 0 });
  await ns.redis.hset(ns.keys.lockInfo('left'), { gone: 0 });
  const state = () =>
    Promise.all([
      ns.redis.get(ns.keys.lock('n')),
      ns.redis.hgetall(ns.keys.lockInfo('n')),
      ns.redis.hgetall(ns.keys.lockInfo('left')),
    ]);
  const before = await state();
  const plan = await client.rebuildLocks({ dryRun: true });
  expect(await state()).toEqual(before);
  expect(plan).toEqual([
    { jobName: 'left', before: 0, after: 0, forgotten: ['gone'] },
    { jobName: 'n', before: -2, after: 3, forgotten: ['gone'] },
  ]);
  expect(await client.rebuildLocks()).toEqual(plan);
  expect(await state()).toEqual(['3', { go: '3', negative: '-3' }, {}]);
  expect(await client.rebuildLocks({ dryRun: true })).toEqual([]);
});

it('deletes the empty shares of thousands of pools', async () => {
  const shares = Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`gone${i}`, 0]));
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  await ns.redis.hset(ns.keys.lockInfo('n'), shares);
  const [repair] = await client.rebuildLocks({ dryRun: true });
  expect(repair?.forgotten).toHaveLength(9_000);
});

it('finds pools without a heartbeat', async () => {
  await ns.redis.sadd(ns.keys.workerPools, 'silent');
  expect(await kinds()).toEqual(['silentPools']);
});

it('finds overdue jobs, entries that are not jobs, and unknown names', async () => {
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  const entry = (name: string) => `{"name":"${name}","id":"${name}","t":1,"args":null}`;
  await ns.redis.zadd(ns.keys.scheduled, NOW - 30, entry('n'), NOW + 0.5, entry('stranger'));
  await ns.redis.zadd(ns.keys.retry, NOW - 61, entry('n'));
  await ns.redis.zadd(ns.keys.dead, 1, 'no job', 2, entry('old_name'));
  expect(await kinds()).toEqual(['overdue', 'fractionalTimes', 'unknownNames', 'notJobs']);
});

it('looks at both ends of long sets, and at nothing between', async () => {
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  for (let i = 0; i < 1_200; i++) {
    const text = [3, 600, 1_190].includes(i) ? `not a job ${i}` : `{"name":"n","id":"${i}","t":1}`;
    await ns.redis.zadd(ns.keys.dead, i, text);
  }
  const [finding] = await client.integrity();
  expect(finding?.text).toBe(
    '2 entries among the 400 dead jobs at either end are not jobs. No pool can run them, and some tools fail on them.',
  );
});
