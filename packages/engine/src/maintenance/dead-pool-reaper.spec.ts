import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DeadPoolReaper, type ReapedPool } from './dead-pool-reaper.js';
import { paced, type Loop } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { ScriptCall } from '../redis/script.js';
import { Scripts } from '../scripts/scripts.js';
import type { Look } from '../scripts/pool-scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { callSizes } from '../testing/call-sizes.js';
import { TestNamespace } from '../testing/test-redis.js';

const NOW = 1_700_000_000;

let ns: TestNamespace;
let clock: FakeClock;
let scripts: Scripts;
let reaped: ReapedPool[];
let reaper: DeadPoolReaper;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  scripts = new Scripts(ns.keys, clock);
  reaped = [];
  reaper = aReaper();
});

afterEach(async () => {
  await ns.close();
});

function aReaper(id = 'own', connection: RedisConnection = ns.connection): DeadPoolReaper {
  return new DeadPoolReaper({
    ...{ id, connection, keys: ns.keys, scripts, clock },
    settings: { maxDeaths: 3, timing: { reap: 2_500 } },
    onReaped: (pool) => reaped.push(pool),
    onStandstill: () => undefined,
  });
}

/** Some seconds pass, in which only the own pool, and these others, beat. */
async function pass(seconds: number, ...alive: string[]): Promise<void> {
  clock.advance(seconds);
  for (const id of ['own', ...alive]) await beat(id);
}

async function beat(poolId: string, jobNames = 'n', workerIds = ''): Promise<void> {
  await ns.connection.ready();
  await ns.connection.call(
    scripts.pools.beat(poolId, { job_names: jobNames, worker_ids: workerIds }),
  );
}

/** A pool fetches jobs, as the fetch script does it: the first one given is the oldest. */
async function inProgress(poolId: string, jobName: string, ...entries: string[]): Promise<void> {
  await ns.redis.sadd(ns.keys.knownJobs, jobName);
  await ns.redis.lpush(ns.keys.inProgress(jobName, poolId), ...entries);
  await ns.redis.hincrby(ns.keys.lockInfo(jobName), poolId, entries.length);
  await ns.redis.incrby(ns.keys.lock(jobName), entries.length);
}

function entry(id: string): string {
  return `{"name":"n","id":"${id}","t":1,"args":{"big":9007199254740993,"list":[]}}`;
}

/** An entry that was taken from a dead pool. */
function marked(entry: string): string {
  return entry.replace(/}$/, ',"reaped":true}');
}

const MIB = 1024 * 1024;

function largeEntry(id: string, bytes: number): string {
  return `{"name":"n","id":"${id}","t":1,"args":{"text":"${'x'.repeat(bytes)}"}}`;
}

describe('DeadPoolReaper', () => {
  it('takes large jobs some at a time', async () => {
    await beat('gone');
    const large = ['1', '2', '3'].map((id) => largeEntry(id, 1.5 * MIB));
    await inProgress('gone', 'n', ...large);
    await pass(10);
    const sizes = callSizes(ns.connection);
    expect(await reaper.reap()).toEqual([{ poolId: 'gone', requeued: 3, dead: 0 }]);
    expect(await ns.queue('n')).toEqual(large.toReversed().map(marked));
    expect(Math.max(...sizes)).toBeLessThan(4 * MIB);
  });

  it('puts the jobs of a dead pool to the front of their queues, the oldest first, and unregisters it', async () => {
    await beat('gone', 'n,m', 'worker1,worker2');
    await ns.redis.hset(ns.keys.observation('worker1'), 'job_name', 'n');
    await ns.redis.lpush(ns.keys.queue('n'), entry('waiting'));
    await inProgress('gone', 'n', entry('1'), entry('2'));
    await inProgress('gone', 'm', '{"name":"m","id":"3","t":1,"args":null}');
    await inProgress('alive', 'n', entry('4'));
    await pass(10, 'alive');
    expect(await reaper.reap()).toEqual([{ poolId: 'gone', requeued: 3, dead: 0 }]);
    expect(reaped).toHaveLength(1);
    expect(await ns.queue('n')).toEqual([entry('waiting'), marked(entry('2')), marked(entry('1'))]);
    expect(await ns.queue('m')).toHaveLength(1);
    expect(await ns.lock('n')).toBe(1);
    expect(await ns.lock('m')).toBe(0);
    expect(await ns.redis.hgetall(ns.keys.lockInfo('n'))).toEqual({ alive: '1' });
    expect(await ns.redis.smembers(ns.keys.workerPools)).toEqual(
      expect.arrayContaining(['own', 'alive']),
    );
    expect(await ns.redis.exists(ns.keys.heartbeat('gone'))).toBe(0);
    expect(await ns.redis.exists(ns.keys.observation('worker1'))).toBe(0);
    expect(await reaper.reap()).toEqual([]);
  });

  it('leaves a pool that beats alone', async () => {
    await beat('alive');
    await inProgress('alive', 'n', entry('1'));
    await pass(9);
    expect(await reaper.reap()).toEqual([]);
    expect(await ns.inProgress('n')).toBe(1);
  });

  it('judges no pool while its own beat is late, too', async () => {
    await beat('own');
    await beat('other');
    clock.advance(30);
    expect(await reaper.reap()).toEqual([]);
    await pass(1);
    expect(await reaper.reap()).toMatchObject([{ poolId: 'other' }]);
  });

  it.each([
    ['without a heartbeat', () => ns.redis.sadd(ns.keys.workerPools, 'gone')],
    ['that only stands in a lock', () => Promise.resolve()],
  ])('suspects a pool %s, and takes its jobs fifteen seconds later', async (_what, given) => {
    await given();
    await inProgress('gone', 'n', entry('1'));
    await pass(1);
    expect(await reaper.reap()).toEqual([]);
    await pass(14);
    expect(await aReaper().reap()).toEqual([]);
    await pass(1);
    expect(await aReaper().reap()).toMatchObject([{ poolId: 'gone', requeued: 1 }]);
    expect(await ns.queue('n')).toEqual([marked(entry('1'))]);
    expect(await ns.lock('n')).toBe(0);
    expect(await ns.redis.hkeys(ns.keys.suspects)).toEqual([]);
  });

  it('forgets a suspicion when the pool beats', async () => {
    await ns.redis.sadd(ns.keys.workerPools, 'starting');
    await pass(1);
    await reaper.reap();
    await pass(10, 'starting');
    await reaper.reap();
    expect(await ns.redis.hkeys(ns.keys.suspects)).toEqual([]);
    await pass(8);
    expect(await reaper.reap()).toEqual([]);
  });

  it('finds jobs of a pool whose heartbeat names none of them', async () => {
    await beat('gone', '');
    await inProgress('gone', 'n', entry('1'));
    await pass(10);
    expect(await reaper.reap()).toMatchObject([{ requeued: 1 }]);
  });

  it('moves a job under which processes keep dying to the dead jobs', async () => {
    for (const id of ['gone1', 'gone2', 'gone3']) {
      await beat(id);
      const [waiting] = await ns.queue('n');
      await ns.redis.del(ns.keys.queue('n'));
      await inProgress(id, 'n', waiting ?? entry('1'));
      await pass(10);
      await reaper.reap();
    }
    expect(await ns.queue('n')).toEqual([]);
    expect(await ns.set('dead')).toMatchObject([
      { entry: { id: '1', fails: 1, err: 'its process died 3 times while it ran' } },
    ]);
    expect(reaped.at(-1)).toEqual({ poolId: 'gone3', requeued: 0, dead: 1 });
    expect(await ns.redis.exists(ns.keys.deaths('1'))).toBe(0);
  });

  describe('of a unique job that is dead then', () => {
    const claim = (): string => ns.keys.unique('n', 'key');

    /** A job that holds its claim so has been under three processes that died, and another was enqueued under it. */
    async function diesThrice(note: 'held' | 'kept', id = '1'): Promise<void> {
      const ends = Date.now() + 60_000;
      await ns.redis.set(claim(), '{"name":"n","id":"next"}', 'PXAT', ends);
      await ns.redis.set(ns.keys.uniqueOwner(claim()), `running ${id}`, 'PXAT', ends);
      await ns.redis.set(ns.keys.deaths(id), 2);
      const job = { name: 'n', id, t: 1, args: null, unique: true, unique_key: claim() };
      await beat('gone');
      await inProgress('gone', 'n', JSON.stringify({ ...job, claim: note }));
      await pass(10);
      expect(await reaper.reap()).toMatchObject([{ dead: 1 }]);
    }

    it('releases the claim, and enqueues the job that waits under it', async () => {
      await diesThrice('held');
      expect(await ns.queue('n')).toEqual(['{"name":"n","id":"next"}']);
      expect(await ns.redis.get(ns.keys.uniqueOwner(claim()))).toBe('next');
      const [dead] = await ns.set('dead');
      expect(dead?.entry).not.toHaveProperty('claim');
    });

    it('leaves a claim that is kept until the job is done', async () => {
      await diesThrice('kept');
      expect(await ns.queue('n')).toEqual([]);
      expect(await ns.redis.get(ns.keys.uniqueOwner(claim()))).toBe('running 1');
    });

    it('ends that of a schedule’s firing in any case', async () => {
      await diesThrice('kept', 'periodic:n:* * * * *:60');
      expect(await ns.queue('n')).toHaveLength(1);
    });
  });

  it('puts back entries that are not jobs, for the next worker to find out', async () => {
    await beat('gone');
    await inProgress('gone', 'n', 'nonsense', '{}');
    await pass(10);
    await reaper.reap();
    expect(await ns.queue('n')).toEqual(['{}', 'nonsense']);
  });

  it('takes the rest when a part of a pool cannot be taken, and other pools as well', async () => {
    await beat('gone', 'bad,n');
    await beat('late', 'n');
    await ns.redis.set(ns.keys.inProgress('bad', 'gone'), 'not a list');
    await inProgress('gone', 'n', entry('1'));
    await inProgress('late', 'n', entry('2'));
    await pass(10);
    await expect(reaper.reap()).rejects.toThrow('WRONGTYPE');
    expect(new Set(await ns.queue('n'))).toEqual(
      new Set(['1', '2'].map((id) => marked(entry(id)))),
    );
    expect(reaped).toEqual([{ poolId: 'late', requeued: 1, dead: 0 }]);
  });

  it('leaves the pool registered when a part of it cannot be taken', async () => {
    await beat('gone', 'bad,n');
    await ns.redis.sadd(ns.keys.knownJobs, 'bad', 'n');
    await ns.redis.set(ns.keys.inProgress('bad', 'gone'), 'not a list');
    await inProgress('gone', 'n', entry('1'));
    await pass(10);
    await expect(reaper.reap()).rejects.toThrow('WRONGTYPE');
    expect(await ns.redis.sismember(ns.keys.workerPools, 'gone')).toBe(1);
    await ns.redis.del(ns.keys.inProgress('bad', 'gone'));
    await reaper.reap();
    expect(await ns.queue('n')).toEqual([marked(entry('1'))]);
  });

  it('repairs the locks after the late completion of a paused Go pool', async () => {
    await beat('gone');
    await inProgress('alive', 'n', entry('2'));
    await ns.redis.hset(ns.keys.lockInfo('n'), 'gone', -1);
    await ns.redis.set(ns.keys.lock('n'), -1);
    await pass(10, 'alive');
    await reaper.reap();
    expect(await ns.lock('n')).toBe(1);
    expect(await ns.redis.hgetall(ns.keys.lockInfo('n'))).toEqual({ alive: '1' });
  });

  it('does nothing to a pool that beats again between the look and the taking', async () => {
    await beat('paused');
    await inProgress('paused', 'n', entry('1'));
    await pass(10);
    const look = await ns.connection.call(scripts.pools.look('own', 0));
    expect(look.pools?.map(({ id }) => id)).toContain('paused');
    await beat('paused');
    const seen = { id: 'paused', heartbeatAt: NOW };
    const reaping = { raw: entry('1'), jobId: '1', deadEntry: '', attempt: '' };
    expect(
      await ns.connection.call(scripts.pools.reap(seen, 'n', [reaping], { maxDeaths: 3 })),
    ).toBeUndefined();
    expect(await ns.connection.call(scripts.pools.unregister(seen))).toBe(false);
    expect(await ns.inProgress('n')).toBe(1);
  });

  it('takes thousands of jobs in order', async () => {
    await beat('gone');
    const entries = Array.from({ length: 1_250 }, (_, i) => entry(String(i)));
    await inProgress('gone', 'n', ...entries);
    await pass(10);
    expect(await reaper.reap()).toMatchObject([{ requeued: 1_250 }]);
    expect(await ns.queue('n')).toEqual(entries.toReversed().map(marked));
  });

  it('of several takes turns', async () => {
    await ns.connection.ready();
    expect(await ns.connection.call(scripts.pools.look('a', 1_000))).toEqual({
      now: NOW,
      pools: [],
    });
    expect(await ns.connection.call(scripts.pools.look('b', 1_000))).toEqual({ now: NOW });
  });

  it('finds jobs among thousands of names, a part of them in each look', async () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `tenant_${i}`);
    await ns.redis.sadd(ns.keys.knownJobs, ...names);
    for (const name of ['tenant_7', 'tenant_4999']) await inProgress('gone', name, entry(name));
    let requeued = 0;
    for (let i = 0; requeued === 0 && i < 40; i++) {
      await pass(5);
      requeued = (await reaper.reap())[0]?.requeued ?? 0;
    }
    expect(requeued).toBe(2); // Once it is suspected, all its names are looked into.
    expect(await ns.queue('tenant_7')).toHaveLength(1);
    expect(await ns.queue('tenant_4999')).toHaveLength(1);
  });
});

describe('a heartbeat in the future', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is dead when it has not moved for ten seconds, and alive as long as it moves', async () => {
    const uptime = jest.spyOn(performance, 'now');
    const later = (seconds: number): unknown => uptime.mockReturnValue(seconds * 1000);
    const setBeat = (id: string, at: number): Promise<unknown> =>
      ns.redis.hset(ns.keys.heartbeat(id), 'heartbeat_at', at);
    await beat('own');
    for (const id of ['dead', 'alive']) {
      await beat(id);
      await setBeat(id, NOW + 7_200);
      await inProgress(id, 'n', entry(id));
    }
    later(0);
    expect(await reaper.reap()).toEqual([]);
    await setBeat('alive', NOW + 7_205);
    later(9);
    expect(await reaper.reap()).toEqual([]);
    later(11);
    expect(await reaper.reap()).toEqual([{ poolId: 'dead', requeued: 1, dead: 0 }]);
    expect(await ns.queue('n')).toEqual([marked(entry('dead'))]);
  });
});

describe('a reaper that looks alone', () => {
  let seconds: number;
  let look: () => Look;
  let bystander: DeadPoolReaper;
  let loop: Loop;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    seconds = 0;
    look = () => theLook(NOW + seconds - 60);
    bystander = aReaper(
      'own',
      aConnection(() => look()),
    );
    loop = paced(bystander, { afterError: 2_500, onError: () => undefined });
    loop.start();
  });

  afterEach(async () => {
    jest.useRealTimers();
    await loop.stop();
  });

  /** What it sees when the own pool beats, and another has beaten at `lastBeat`. */
  function theLook(lastBeat: number, own = NOW + seconds): Look {
    const pool = { jobNames: ['n'], suspectedSince: undefined };
    return {
      now: NOW + seconds,
      pools: [
        { ...pool, id: 'own', heartbeatAt: own },
        { ...pool, id: 'late', heartbeatAt: lastBeat },
      ],
    };
  }

  async function wait(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      seconds++;
      await jest.advanceTimersByTimeAsync(1_000);
    }
  }

  it('judges as soon as its patience is over', async () => {
    await wait(9);
    expect(reaped).toEqual([]);
    await wait(3);
    expect(reaped[0]).toMatchObject({ poolId: 'late' });
  });

  it.each([
    [
      'whose looks failed',
      () => () => {
        throw new Error('OOM command not allowed');
      },
    ],
    ['whose own beat was late', () => () => theLook(NOW + seconds - 60, NOW + seconds - 10)],
    [
      'that saw the clock of Redis jump',
      () => () => ({ ...theLook(NOW), now: NOW + seconds + 60 }),
    ],
    [
      'whose own beat was refused',
      () => {
        return () => {
          bystander.bePatient();
          return theLook(NOW + seconds - 60);
        };
      },
    ],
  ])('%s gives everybody ten seconds more', async (_what, incident) => {
    await wait(5);
    const calm = look;
    look = incident();
    await wait(4); // In which it looks at least once.
    look = calm;
    await wait(4);
    expect(reaped).toEqual([]);
    await wait(12);
    expect(reaped.length).toBeGreaterThan(0);
  });
});

/** One that answers looks, and knows no jobs. */
function aConnection(look: () => Look): RedisConnection {
  return {
    ready: () => Promise.resolve(),
    call: ({ script }: ScriptCall) =>
      new Promise((resolve) => {
        if (script.name === 'look') resolve(look());
        else resolve(script.name === 'unregister-pool' ? true : []);
      }),
    redis: { sscan: () => Promise.resolve(['0', []]) },
  } as unknown as RedisConnection;
}
