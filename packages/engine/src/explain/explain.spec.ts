import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidJobNameError, InvalidOptionError, UnknownOptionError } from '../errors/errors.js';
import { defineJob } from '../job/job-contract.js';
import { silentLogger } from '../logging/logger.js';
import { WorkerPool, type WorkerPoolOptions } from '../pool/worker-pool.js';
import { startByHand } from '../testing/start-by-hand.js';
import { TestNamespace } from '../testing/test-redis.js';
import type { Explanation, ReasonCode } from './explanation.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;
let gate: Gate;
let pools: WorkerPool[];

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer({ ...ns.options, logger: silentLogger });
  client = new Client(ns.options);
  gate = new Gate();
  pools = [];
});

afterEach(async () => {
  gate.open();
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  await ns.close();
});

/** A pool whose jobs run until the gate opens. */
function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({ ...ns.options, logger: silentLogger, ...options })
    .job('n', { maxFails: 1, uniqueUntil: 'done' }, () => gate.pass())
    .job('limited', { maxConcurrency: 1 }, () => gate.pass())
    .job('failing', { maxFails: 2, backoff: () => 3600_000 }, () => {
      throw new Error('no luck');
    })
    .job('hopeless', { maxFails: 1 }, () => {
      throw new Error('no hope');
    });
  pools.push(pool);
  return pool;
}

async function aRunningPool(options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> {
  const pool = aPool(options);
  await pool.start();
  return pool;
}

/** A pool that is registered and fetches nothing. */
async function anIdlePool(): Promise<void> {
  await startByHand(aPool());
}

/** Enqueues a job and waits until a worker runs it. */
async function aRun(name: string): Promise<string> {
  const { id } = await enqueuer.enqueue(name);
  await eventually(async () => expect((await client.explain(id)).state).toBe('running'));
  return id;
}

/** The commands of gocraft/work. */
const go = {
  async enqueue(name: string, id: string, members = ''): Promise<void> {
    const entry = `{"name":"${name}","id":"${id}","t":1700000000,"args":null${members}}`;
    await ns.redis.sadd(ns.keys.knownJobs, name);
    await ns.redis.lpush(ns.keys.queue(name), entry);
  },
  async pool(id: string, names: string, concurrency = 1): Promise<void> {
    const [now] = await ns.redis.time();
    await ns.redis.sadd(ns.keys.workerPools, id);
    await ns.redis.hset(ns.keys.heartbeat(id), {
      ...{ heartbeat_at: now, started_at: now, job_names: names, concurrency },
      ...{ worker_ids: 'w1', host: 'gopher', pid: 1 },
    });
  },
  async fetch(name: string, pool: string): Promise<void> {
    await ns.redis.rpoplpush(ns.keys.queue(name), ns.keys.inProgress(name, pool));
    await ns.redis.incr(ns.keys.lock(name));
    await ns.redis.hincrby(ns.keys.lockInfo(name), pool, 1);
  },
  async add(set: 'scheduled' | 'retry' | 'dead', in_: number, members = ''): Promise<void> {
    const [now] = await ns.redis.time();
    const entry = `{"name":"n","id":"g","t":1700000000,"args":null${members}}`;
    await ns.redis.zadd(ns.keys[set], Number(now) + in_, entry);
  },
};

type Build = () => Promise<Explanation>;

interface Case {
  readonly codes: readonly ReasonCode[];
  readonly verdict: Explanation['verdict'];
  readonly state: Explanation['state'];
  /** The state, built through the public API. */
  readonly ours?: Build;
  /** The state, built by the commands of gocraft/work. */
  readonly theirs?: Build;
}

const CASES: Readonly<Record<string, Case>> = {
  nothing: {
    ...{ codes: [], verdict: 'none', state: 'queued' },
    async ours() {
      await anIdlePool();
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
  },
  running: {
    ...{ codes: ['running'], verdict: 'running', state: 'running' },
    async ours() {
      await aRunningPool();
      return client.explain(await aRun('n'));
    },
    async theirs() {
      await go.pool('p', 'n');
      await go.enqueue('n', 'g');
      await go.fetch('n', 'p');
      return client.explain('g');
    },
  },
  'cancelled while it runs': {
    ...{ codes: ['running', 'cancelled'], verdict: 'running', state: 'running' },
    async ours() {
      await aRunningPool();
      const id = await aRun('n');
      await client.cancel(id);
      return client.explain(id);
    },
  },
  'cancelled while it waits': {
    ...{ codes: ['cancelled', 'noLivePool'], verdict: 'over', state: 'queued' },
    async ours() {
      const { id } = await enqueuer.enqueue('n');
      await ns.redis.zadd(ns.keys.cancelled, Date.now() + 3600_000, id); // Such a job is too deep to be removed.
      return client.explain(id);
    },
  },
  noSuchJob: {
    ...{ codes: ['noSuchJob'], verdict: 'over', state: 'empty' },
    ours: () => client.explain({ job: 'send_emial' }),
  },
  notFound: {
    ...{ codes: ['notFound'], verdict: 'over', state: 'notFound' },
    ours: () => client.explain('0123'),
  },
  scheduledUntil: {
    ...{ codes: ['scheduledUntil', 'noLivePool'], verdict: 'blocked', state: 'scheduled' },
    async ours() {
      const { id } = await enqueuer.enqueue('n', {}, { in: '1h' });
      return client.explain(id);
    },
    async theirs() {
      await go.add('scheduled', 3600);
      return client.explain('g');
    },
  },
  retryUntil: {
    ...{ codes: ['retryUntil'], verdict: 'waiting', state: 'retry' },
    async ours() {
      const pool = await aRunningPool();
      const settled = once(pool, 'settled');
      const { id } = await enqueuer.enqueue('failing');
      await settled;
      return client.explain(id);
    },
    async theirs() {
      await aRunningPool();
      await go.add('retry', 3600, ',"fails":1,"err":"no luck","failed_at":1700000000');
      return client.explain('g');
    },
  },
  dead: {
    ...{ codes: ['dead'], verdict: 'over', state: 'dead' },
    async ours() {
      const pool = await aRunningPool();
      const settled = once(pool, 'settled');
      const { id } = await enqueuer.enqueue('hopeless');
      await settled;
      return client.explain(id);
    },
    async theirs() {
      await go.add('dead', -5, ',"fails":4,"err":"no hope","failed_at":1700000000');
      return client.explain('g');
    },
  },
  'paused for good': {
    ...{ codes: ['paused'], verdict: 'blocked', state: 'queued' },
    async ours() {
      await anIdlePool();
      await client.queue('n').pause();
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
    async theirs() {
      await anIdlePool();
      await go.enqueue('n', 'g');
      await ns.redis.set(ns.keys.paused('n'), '1');
      return client.explain('g');
    },
  },
  'paused for a while': {
    ...{ codes: ['paused'], verdict: 'waiting', state: 'queued' },
    async ours() {
      await anIdlePool();
      await client.queue('n').pause({ for: '1m' });
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
  },
  atLimit: {
    ...{ codes: ['atLimit'], verdict: 'waiting', state: 'queued' },
    async ours() {
      await aRunningPool();
      await aRun('limited');
      const { id } = await enqueuer.enqueue('limited');
      return client.explain(id);
    },
    async theirs() {
      await go.pool('p', 'n', 5);
      await ns.redis.set(ns.keys.maxConcurrency('n'), 1);
      await go.enqueue('n', 'first');
      await go.fetch('n', 'p');
      await go.enqueue('n', 'g');
      return client.explain({ id: 'g', job: 'n' }).then(withoutNotes);
    },
  },
  claimHeldBy: {
    ...{ codes: ['claimHeldBy'], verdict: 'waiting', state: 'held' },
    async ours() {
      await aRunningPool();
      const unique = { key: { a: 1 } };
      await enqueuer.enqueue('n', {}, { unique });
      const isRunning = async (): Promise<void> =>
        expect((await client.explain({ job: 'n', ...unique })).state).toBe('running');
      await eventually(isRunning);
      await enqueuer.enqueue('n', {}, { unique });
      return client.explain({ job: 'n', ...unique });
    },
  },
  'a claim of an unknown job': {
    ...{ codes: ['notFound', 'claimHeldBy'], verdict: 'over', state: 'notFound' },
    async theirs() {
      await ns.redis.sadd(ns.keys.knownJobs, 'n');
      await ns.redis.set(ns.keys.unique('n', '{"a":1}\n'), '1', 'EX', 86_400);
      return client.explain({ job: 'n', key: { a: 1 } });
    },
  },
  collapsedInto: {
    ...{ codes: ['collapsedInto'], verdict: 'none', state: 'queued' },
    async ours() {
      await anIdlePool();
      const unique = { key: { a: 1 } };
      await enqueuer.enqueue('n', {}, { unique });
      await enqueuer.enqueue('n', {}, { unique });
      return client.explain({ job: 'n', ...unique });
    },
    async theirs() {
      await anIdlePool();
      const claim = ns.keys.unique('n', '{"a":1}\n');
      await ns.redis.set(claim, '1', 'EX', 86_400);
      await go.enqueue('n', 'g', `,"unique":true,"unique_key":${JSON.stringify(claim)}`);
      return client.explain({ job: 'n', key: { a: 1 } });
    },
  },
  noLivePool: {
    ...{ codes: ['noLivePool'], verdict: 'blocked', state: 'queued' },
    async ours() {
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
    async theirs() {
      await go.pool('p', 'n');
      await ns.redis.hincrby(ns.keys.heartbeat('p'), 'heartbeat_at', -60);
      await go.enqueue('n', 'g');
      return client.explain('g');
    },
  },
  onlyGoPools: {
    ...{ codes: ['onlyGoPools'], verdict: 'none', state: 'queued' },
    async theirs() {
      await go.pool('p', 'm,n');
      await go.enqueue('n', 'g');
      return client.explain('g');
    },
  },
  poolStopping: {
    ...{ codes: ['poolStopping'], verdict: 'blocked', state: 'queued' },
    async ours() {
      const pool = await aRunningPool();
      await aRun('n');
      void pool.stop();
      const { id } = await enqueuer.enqueue('n');
      await eventually(async () => expect((await client.explain(id)).reasons).not.toEqual([]));
      return client.explain(id);
    },
  },
  fetchNotAnswered: {
    ...{ codes: ['fetchNotAnswered'], verdict: 'blocked', state: 'queued' },
    async ours() {
      await anIdlePool();
      const [pool] = await client.pools.list();
      await ns.redis.hset(ns.keys.heartbeat(pool?.workerPoolId ?? ''), 'fetch_unanswered', 20);
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
  },
  workersBusy: {
    ...{ codes: ['workersBusy'], verdict: 'waiting', state: 'queued' },
    async ours() {
      await aRunningPool({ concurrency: 1 });
      await aRun('limited');
      const { id } = await enqueuer.enqueue('n');
      return client.explain(id);
    },
    async theirs() {
      await go.pool('p', 'm,n');
      await go.enqueue('m', 'first');
      await go.fetch('m', 'p');
      await go.enqueue('n', 'g');
      return withoutNotes(await client.explain('g'));
    },
  },
  queuePosition: {
    ...{ codes: ['queuePosition'], verdict: 'waiting', state: 'queued' },
    async ours() {
      await anIdlePool();
      const jobs = Array.from({ length: 12 }, () => ({ name: 'n' }));
      const { id = '' } = (await enqueuer.enqueueMany(jobs)).at(-1) ?? {};
      return client.explain({ id, job: 'n' });
    },
    async theirs() {
      await go.pool('p', 'm,n');
      await go.enqueue('m', 'other');
      await go.enqueue('n', 'g');
      return withoutNotes(await client.explain('g'));
    },
  },
  poison: {
    ...{ codes: ['poison'], verdict: 'none', state: 'queued' },
    async ours() {
      await anIdlePool();
      const { id } = await enqueuer.enqueue('n');
      await ns.redis.set(ns.keys.deaths(id), 2);
      return client.explain(id);
    },
  },
  'an entry that is not a job': {
    ...{ codes: ['poison'], verdict: 'none', state: 'queued' },
    async theirs() {
      await anIdlePool();
      await ns.redis.lpush(ns.keys.queue('n'), '{"name":');
      return client.explain({ job: 'n' });
    },
  },
};

/** Leaves out that only Go pools handle the name. */
function withoutNotes(explanation: Explanation): Explanation {
  return {
    ...explanation,
    reasons: explanation.reasons.filter(({ code }) => code !== 'onlyGoPools'),
  };
}

describe.each(Object.entries(CASES))('%s', (_title, { codes, verdict, state, ours, theirs }) => {
  const builds = Object.entries({ ours, theirs }).filter(([, build]) => build);
  it.each(builds)('is explained when the state is %s', async (_whose, build) => {
    const explanation = await build?.();
    const { reasons = [] } = explanation ?? {};
    expect(reasons.map(({ code }) => code)).toEqual(codes);
    expect(explanation).toMatchObject({ verdict, state });
    for (const { text, remedy } of reasons) {
      expect(text).toMatch(/^[A-Z0-9"].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('an explanation', () => {
  it('names the holders of a limit, the position and the following reason', async () => {
    await aRunningPool({ concurrency: 2 });
    const holder = await aRun('limited');
    await enqueuer.enqueue('limited');
    const { id } = await enqueuer.enqueue('limited');
    const explanation = await client.explain({ id, job: defineJob('limited') });
    const poolId = pools[0]?.id;
    expect(explanation).toMatchObject({
      subject: { id, jobName: 'limited' },
      position: 2,
      reasons: [{ code: 'atLimit', by: [{ poolId, jobId: holder }] }, { code: 'queuePosition' }],
      next: 'queuePosition',
    });
  });

  it('gives an error on its own, and no arguments', async () => {
    const pool = await aRunningPool();
    const settled = once(pool, 'settled');
    const { id } = await enqueuer.enqueue('hopeless', { password: 'hunter2' });
    await settled;
    const { reasons } = await client.explain(id);
    expect(reasons).toMatchObject([{ code: 'dead', error: 'no hope' }]);
    const others = reasons.map((reason) => ({ ...reason, error: undefined }));
    expect(JSON.stringify(others)).not.toMatch(/no hope|hunter2/);
  });

  it('follows a pause and a delay with their times', async () => {
    await anIdlePool();
    await client.queue('n').pause({ for: '1h' });
    const { id } = await enqueuer.enqueue('n', {}, { in: '30m' });
    const { at, reasons, next, startsAt } = await client.explain(id);
    expect(reasons.map(({ code }) => code)).toEqual(['scheduledUntil', 'paused']);
    expect(next).toBe('paused');
    expect(startsAt).toEqual(reasons[0]?.until);
    expect(Number(reasons[1]?.until) - at.getTime()).toBeGreaterThan(3_500_000);
  });

  it('finds an id with any characters, and none that only arguments contain', async () => {
    for (const id of ['*', 'a:b', '{}', '__proto__', '"q"/\\', 'ü\u2028', '%d']) {
      const entry = { name: 'n', id, t: 1, args: { id: 'other' } };
      await ns.redis.lpush(ns.keys.queue('n'), JSON.stringify(entry));
      const explanation = await client.explain({ id, job: 'n' });
      expect(explanation).toMatchObject({ state: 'queued', subject: { id } });
    }
    expect(await client.explain({ id: 'other', job: 'n' })).toMatchObject({ state: 'notFound' });
  });

  it('copes with entries, scores and heartbeats of other programs', async () => {
    await ns.redis.zadd(ns.keys.scheduled, 9e9, '{"id":"nameless","name":5}');
    const nameless = await client.explain('nameless');
    expect(nameless).toMatchObject({ state: 'scheduled', subject: { jobName: undefined } });
    await ns.redis.zadd(ns.keys.retry, 'inf', '{"id":"never","name":"n","t":1,"args":null}');
    const never = await client.explain('never');
    expect(never.reasons[0]?.text).toContain('again at a time that no calendar has');
    await ns.redis.lpush(ns.keys.queue('n'), '{"id":"next","name":"n","t":1,"args":null}');
    await ns.redis.sadd(ns.keys.workerPools, 'odd');
    await ns.redis.hset(ns.keys.heartbeat('odd'), {
      ...{ heartbeat_at: Math.floor(Date.now() / 1000), job_names: 'n', concurrency: 'many' },
    });
    expect(await client.explain({ id: 'next', job: 'n' })).toMatchObject({ state: 'queued' });
  });

  it('says how far it has searched', async () => {
    const jobs = Array.from({ length: 3_000 }, () => ({ name: 'n' }));
    const results = await enqueuer.enqueueMany(jobs);
    const [first, middle, last] = [0, 1_500, 2_999].map((i) => results[i]?.id ?? '');
    const asked = async (id = ''): Promise<Explanation> => client.explain({ id, job: 'n' });
    expect(await asked(first)).toMatchObject({ position: 1 });
    expect(await asked(last)).toMatchObject({ position: 3_000 });
    const { state, reasons } = await asked(middle);
    expect(state).toBe('notFound');
    expect(reasons[0]?.text).toContain('500 entries that were searched, of 3000.');
  });

  it('rejects what is no question', async () => {
    await expect(client.explain('')).rejects.toThrow(InvalidOptionError);
    await expect(client.explain({} as never)).rejects.toThrow(InvalidOptionError);
    await expect(client.explain({ key: {}, id: 'a' })).rejects.toThrow(InvalidOptionError);
    await expect(client.explain({ job: 'a,b' })).rejects.toThrow(InvalidJobNameError);
    const secret = defineJob('n', { encrypt: ['ssn'] });
    await expect(client.explain({ job: secret, key: { ssn: '1234' } })).rejects.toThrow(
      /^(?!.*1234).*encrypted.*\{ id \}/,
    );
    await expect(client.explain({ jobName: 'n' } as never)).rejects.toThrow(UnknownOptionError);
  });
});
