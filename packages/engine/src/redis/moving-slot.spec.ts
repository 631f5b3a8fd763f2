import { LocalCluster } from '@nestcraft/local-redis';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { newEntry } from '../job/job-entry.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Keys } from './keys.js';
import type { ScriptCall } from './script.js';
import { Scripts } from '../scripts/scripts.js';

const NOW = 1_700_000_000;
const keys = new Keys('{moving}');
const scripts = new Scripts(keys, new FakeClock(NOW));
const uniqueKey = keys.unique('n', 'a');
const raw = newEntry({ name: 'n', id: 'id', enqueuedAt: 1, argsText: 'null' });
const job = { raw, jobName: 'n', jobId: 'id', uniqueKey };
const stored = newEntry({ name: 'n', id: 'other', enqueuedAt: 1, argsText: 'null', uniqueKey });
const params = { ...job, uniqueKey: undefined, entry: raw };
const requeueing = { raw, jobName: 'n', entry: raw };
const firing = { schedule: 's', time: NOW, claim: { uniqueKey, id: 'id' } };
const SETS = ['retry', 'scheduled', 'dead'] as const;
const AFTERWARDS = {
  'a firing that is due': ['queue'],
  'a job that is run now': ['queue'],
  'a job that is killed': ['dead'],
  'a job that is removed': [],
};

let local: LocalCluster;
let admins: Redis[];
let owner: Redis;
let slot: number;

beforeAll(async () => {
  local = await LocalCluster.start();
  admins = local.nodes.map(({ url }) => new Redis(url));
  slot = Number(await admins[0]?.cluster('KEYSLOT', keys.prefix));
  for (const admin of admins) {
    const isHere = await admin.exists(keys.dead).then(
      () => true,
      () => false,
    );
    if (isHere) owner = admin;
  }
}, 60_000);

afterAll(async () => {
  for (const admin of admins) admin.disconnect();
  await local.stop();
});

beforeEach(async () => {
  await owner.flushall();
  await owner.sadd(keys.knownJobs, 'n');
  for (const set of SETS) await owner.zadd(keys[set], NOW + 1, 'another');
  await owner.zadd(keys.cancelled, NOW, 'another');
  await owner.hset(keys.movedFirings, 'another', NOW);
});

/** The slot is moving, key by key: what is not here may be there, and the node lets no script look at it. */
async function moving(act: () => Promise<void>): Promise<void> {
  const other = admins.find((admin) => admin !== owner);
  await owner.cluster('SETSLOT', slot, 'MIGRATING', (await other?.cluster('MYID')) ?? '');
  await act();
  await owner.cluster('SETSLOT', slot, 'STABLE');
}

/** Runs a script on the node. @throws its error */
async function run({ script, keys: names, args }: ScriptCall): Promise<void> {
  await owner.eval(script.lua, names.length, ...names, ...args);
}

/** In which of the sets, or in the queue, the job is. */
async function places(): Promise<string[]> {
  const found: string[] = [];
  for (const set of SETS) if ((await owner.zscore(keys[set], raw)) !== null) found.push(set);
  if ((await owner.lrange(keys.queue('n'), 0, -1)).includes(raw)) found.push('queue');
  return found;
}

it.each([
  ['a firing that is due', 'scheduled'],
  ['a job that is run now', 'dead'],
  ['a job that is killed', 'retry'],
  ['a job that is removed', 'scheduled'],
] as const)('%s stays where it is', async (what, set) => {
  await owner.zadd(keys[set], NOW, raw);
  await owner.lpush(keys.queue('n'), 'another');
  const call: ScriptCall = {
    'a firing that is due': scripts.timed.requeue('scheduled', [{ ...requeueing, firing }]),
    'a job that is run now': scripts.jobs.runNow('dead', [params]),
    'a job that is killed': scripts.jobs.kill([{ ...job, deadEntry: raw }]),
    'a job that is removed': scripts.jobs.remove(keys.scheduled, 'set', [job]),
  }[what];
  await moving(() => expect(run(call)).rejects.toThrow('non local key'));
  expect(await places()).toEqual([set]);
  await run(call);
  expect(await places()).toEqual(AFTERWARDS[what]);
});

it('the last job of a queue is removed, and the job under its claim takes its place', async () => {
  const [deaths, attempts] = [keys.deaths('id'), keys.attempts('id')];
  await owner.mset(
    uniqueKey,
    stored,
    keys.uniqueOwner(uniqueKey),
    'id',
    deaths,
    '1',
    attempts,
    '1',
  );
  await owner.lpush(keys.queue('n'), raw);
  const from = { side: 'right', depth: 10 } as const;
  await moving(() => run(scripts.jobs.remove(keys.queue('n'), from, [job])));
  expect(await owner.lrange(keys.queue('n'), 0, -1)).toEqual([stored]);
});

/** The only job in progress in the pool, with its locks; its claim is on the other node already. */
async function inProgress(): Promise<void> {
  await owner.lpush(keys.queue('n'), 'another');
  await owner.lpush(keys.inProgress('n', 'pool'), raw);
  await owner.set(keys.lock('n'), 1);
  await owner.hset(keys.lockInfo('n'), 'pool', 1);
}

it.each([
  ['is dead', { to: 'dead', entry: 'as dead', freed: { uniqueKey, jobId: 'id' } }],
  ['is done', { to: 'nowhere', freed: { uniqueKey, jobId: 'id' } }],
] as const)('a unique job that %s stays in progress, with its lock', async (_what, move) => {
  await inProgress();
  const call = scripts.running.settle('pool', [{ jobName: 'n', raw, move }]);
  await moving(async () => {
    const { script, keys: names, args } = call;
    const reply = await owner.eval(script.lua, names.length, ...names, ...args);
    expect(reply).toEqual([[], [0], expect.stringContaining('non local key')]);
  });
  expect(await owner.lrange(keys.inProgress('n', 'pool'), 0, -1)).toEqual([raw]);
  expect(await owner.get(keys.lock('n'))).toBe('1');
  expect(await owner.zscore(keys.dead, 'as dead')).toBeNull();
  await run(call);
  expect(await owner.exists(keys.inProgress('n', 'pool'))).toBe(0);
  expect(await owner.get(keys.lock('n'))).toBe('0');
});

it('a job is neither fetched nor counted', async () => {
  const unique = newEntry({ name: 'n', id: 'id', enqueuedAt: 1, argsText: 'null', uniqueKey });
  await inProgress();
  await owner.rpush(keys.queue('n'), unique);
  const call = scripts.running.fetch({
    ...{ poolId: 'pool', wanted: 2, jobNames: ['n'], shares: [2], watch: false },
    ...{ atLimit: new Set<string>(), uniqueUntil: () => 'done' as const },
  });
  await moving(() => expect(run(call)).rejects.toThrow('non local key'));
  expect(await owner.lrange(keys.inProgress('n', 'pool'), 0, -1)).toEqual([raw]);
  expect(await owner.lrange(keys.queue('n'), 0, -1)).toEqual(['another', unique]);
  expect(await owner.get(keys.lock('n'))).toBe('1');
});

it('unique jobs are enqueued all, or none of them', async () => {
  await owner.mset(uniqueKey, '1', keys.uniqueOwner(uniqueKey), 'id');
  await owner.lpush(keys.queue('n'), 'another');
  const claiming = { jobName: 'n', id: 'new', entry: raw, keyed: false, when: undefined };
  const there = { ...claiming, uniqueKey };
  const gone = { ...claiming, uniqueKey: keys.unique('n', 'b') };
  await moving(() => expect(run(scripts.enqueuing.enqueueUnique([there, gone]))).rejects.toThrow());
  expect(await owner.llen(keys.queue('n'))).toBe(1);
});

it('an explanation takes no key for empty that may be elsewhere', async () => {
  const asked = { kind: 'id', wanted: 'id', forms: ['"id"'], jobNames: [], deadAfter: 10 } as const;
  await owner.set(keys.lock('n'), 0);
  await moving(() =>
    expect(run(scripts.explaining.explain(asked))).rejects.toThrow('non local key'),
  );
});

it('a node without the namespace names the one with it when a job is to be explained', async () => {
  const asked = { kind: 'name', wanted: '', forms: [], jobNames: ['n'], deadAfter: 10 } as const;
  const { script, keys: names, args } = scripts.explaining.explain(asked);
  const other = admins.find((admin) => admin !== owner);
  const answer = other?.eval(script.lua, names.length, ...names, ...args);
  await expect(answer).rejects.toThrow(/^MOVED/);
});
