import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let client: Client;
let enqueuer: Enqueuer;

beforeEach(() => {
  ns = new TestNamespace();
  client = new Client(ns.options);
  enqueuer = new Enqueuer(ns.options);
});

afterEach(async () => {
  client.close();
  await enqueuer.close();
  await ns.close();
});

const entry = (id: string): string => `{"name":"n","id":"${id}","t":1,"args":null}`;

it('finds a job in its queue, with its position', async () => {
  const [first, second] = await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
  expect(await client.find(second?.id ?? '')).toMatchObject({ state: 'queued', position: 2 });
  expect(await client.find(first?.id ?? '', { jobName: 'n' })).toMatchObject({ position: 1 });
  expect(await client.find(first?.id ?? '', { jobName: 'other' })).toBeUndefined();
});

it.each(['scheduled', 'retry', 'dead'] as const)('finds a %s job, with its time', async (set) => {
  await ns.redis.zadd(ns.keys[set], 1_700_000_000, entry('a'), 1_700_000_001, entry('b'));
  const found = await client.find('b');
  expect(found).toMatchObject({ state: set, at: new Date(1_700_000_001_000), id: 'b' });
  expect(await client.find('b', { jobName: 'other' })).toBeUndefined();
  expect(await client.find('c')).toBeUndefined();
});

it('finds a job in progress, with its pool', async () => {
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  await ns.redis.hset(ns.keys.lockInfo('n'), 'pool', 1);
  await ns.redis.lpush(ns.keys.inProgress('n', 'pool'), entry('a'));
  expect(await client.find('a')).toMatchObject({ state: 'running', workerPoolId: 'pool' });
});

it('refuses what is no id', async () => {
  await expect(client.find('')).rejects.toThrow('jobId');
  await expect(client.find('a', { name: 'n' } as never)).rejects.toThrow('name');
});
