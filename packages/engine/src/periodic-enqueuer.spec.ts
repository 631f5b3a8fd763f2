import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Heartbeater } from './heartbeat/heartbeater.js';
import { silentLogger } from './logger.js';
import { PeriodicEnqueuer } from './periodic-enqueuer.js';
import {
  firingEntry,
  periodicJob,
  type PeriodicJob,
  type PeriodicOptions,
} from './periodic-job.js';
import { Scripts } from './redis/scripts.js';
import { Requeuer } from './requeuer.js';
import { Gate } from '../../../test/support/gate.js';
import { eventually } from '../../../test/support/eventually.js';
import { FakeClock } from './testing/fake-clock.js';
import { TestNamespace } from './testing/test-redis.js';
import { WorkerPool } from './worker-pool.js';

// A whole minute and 20 seconds.
const NOW = 1_700_000_060;

let ns: TestNamespace;
let clock: FakeClock;
let scripts: Scripts;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  scripts = new Scripts(ns.keys, clock);
});

afterEach(async () => {
  await ns.close();
});

const fails = (error: unknown): never => {
  throw error;
};

function minutely(options: PeriodicOptions = {}, spec = '0 * * * * *'): PeriodicJob {
  return periodicJob(spec, 'tick', options, new Date(NOW * 1000));
}

function anEnqueuer(...jobs: PeriodicJob[]): PeriodicEnqueuer {
  return new PeriodicEnqueuer({
    jobs,
    connection: ns.connection,
    keys: ns.keys,
    scripts,
    clock,
    onError: fails,
  });
}

/** Moves what is due; returns the names of what waits then. */
async function requeue(): Promise<{ requeued: number; dropped: number }> {
  const requeuer = new Requeuer({
    set: 'scheduled',
    connection: ns.connection,
    scripts,
    now: () => clock.now(),
    isWatching: () => false,
    onError: fails,
  });
  return requeuer.requeueDue();
}

async function beat(...schedules: PeriodicJob[]): Promise<void> {
  const heartbeater = new Heartbeater({
    poolId: 'pool',
    workerIds: [],
    jobNames: ['tick'],
    concurrency: 1,
    schedules,
    connection: ns.connection,
    keys: ns.keys,
    scripts,
    clock,
    onError: fails,
  });
  await heartbeater.beat();
}

async function scores(): Promise<number[]> {
  return (await ns.set('scheduled')).map(({ score }) => score);
}

const nextFour = [NOW + 40, NOW + 100, NOW + 160, NOW + 220];

describe('PeriodicEnqueuer', () => {
  it('adds the next four minutes once, whoever else adds them', async () => {
    const job = minutely();
    expect(await anEnqueuer(job).enqueue()).toBe(4);
    expect(await anEnqueuer(job).enqueue()).toBe(0);
    // A Go process adds the same bytes.
    for (const time of nextFour)
      await ns.redis.zadd(ns.keys.scheduled, time, firingEntry(job, time));
    expect(await scores()).toEqual(nextFour);
    expect(await ns.redis.get(ns.keys.lastPeriodicEnqueue)).toBe(String(NOW));
    expect(await ns.redis.smembers(ns.keys.knownJobs)).toEqual(['tick']);
    clock.advance(60);
    expect(await anEnqueuer(job).enqueue()).toBe(1);
  });

  it('does not add again what was moved, and drops what a slow clock adds again', async () => {
    const job = minutely();
    await anEnqueuer(job).enqueue();
    clock.advance(40);
    expect(await requeue()).toMatchObject({ requeued: 1 });
    await anEnqueuer(job).enqueue();
    const [first = 0] = nextFour;
    await ns.redis.zadd(ns.keys.scheduled, first, firingEntry(job, first));
    expect(await requeue()).toMatchObject({ requeued: 0, dropped: 1 });
    expect(await ns.queue('tick')).toHaveLength(1);
  });

  it('keeps a firing whose handler has snoozed it', async () => {
    const job = minutely();
    const [first = 0] = nextFour;
    await anEnqueuer(job).enqueue();
    clock.advance(40);
    await requeue();
    await ns.redis.del(ns.keys.queue('tick'));
    await ns.redis.zadd(ns.keys.scheduled, first + 5, firingEntry(job, first));
    clock.advance(5);
    expect(await requeue()).toMatchObject({ requeued: 1, dropped: 0 });
  });

  it('of two pools with different clocks adds each firing once', async () => {
    const job = minutely();
    await anEnqueuer(job).enqueue();
    clock.advance(40);
    await requeue();
    clock.advance(-2);
    await anEnqueuer(job).enqueue();
    clock.advance(2);
    await requeue();
    expect(await ns.queue('tick')).toHaveLength(1);
  });

  it('goes on when the clock of Redis was far ahead, once', async () => {
    const job = minutely();
    await ns.redis.hset(ns.keys.lastFirings, job.id, NOW + 100_000);
    expect(await anEnqueuer(job).enqueue()).toBe(4);
  });

  it.each<[PeriodicOptions['missed'], number[]]>([
    ['skip', []],
    ['last', [NOW + 940]],
  ])('after a time without any pool: %s', async (missed, due) => {
    const job = minutely({ missed });
    await anEnqueuer(job).enqueue();
    clock.advance(950);
    await anEnqueuer(job).enqueue();
    const all = await scores();
    expect(all.filter((score) => score <= NOW + 950)).toEqual(due);
    expect(all.filter((score) => score > NOW + 950)).toHaveLength(4);
  });

  it('after a short time without any pool moves what is late', async () => {
    const job = minutely();
    await anEnqueuer(job).enqueue();
    clock.advance(200);
    await anEnqueuer(job).enqueue();
    expect(await requeue()).toMatchObject({ requeued: 3 });
  });

  it('takes away the firings of a schedule that no pool has any more', async () => {
    const [job, other] = [minutely(), minutely({}, '30 * * * * *')];
    await anEnqueuer(job, other).enqueue();
    await ns.redis.zadd(
      ns.keys.scheduled,
      NOW + 1,
      '{"name":"n","id":"x","t":1,"args":null}',
      NOW + 2,
      '"bad"',
    );
    await beat(job, other);
    await anEnqueuer(job).enqueue();
    expect(await scores()).toHaveLength(10);
    await beat(job);
    await anEnqueuer().enqueue();
    expect(await scores()).toEqual([NOW + 1, NOW + 2, ...nextFour]);
    expect(await ns.redis.hkeys(ns.keys.lastFirings)).toEqual([job.id]);
  });
});

describe('a schedule whose jobs do not overlap', () => {
  it('skips a firing while the last one waits, runs or waits for its retry', async () => {
    const seen: number[] = [];
    let gate = new Gate();
    const pool = new WorkerPool({
      ...ns.options,
      clock,
      logger: silentLogger,
      shutdownTimeout: 0,
    });
    pool.periodicallyEnqueue('0 * * * * *', 'tick', { overlap: 'skip' });
    pool.job('tick', { backoff: () => 1_000 }, async (job) => {
      seen.push(Math.round((job.enqueuedAt.getTime() / 1000 - NOW) / 10) * 10);
      await gate.pass();
      if (seen.length === 1) throw new Error('once more');
    });
    try {
      await pool.start();
      clock.advance(45);
      await requeue();
      await gate.reached;
      clock.advance(60);
      expect(await requeue()).toMatchObject({ requeued: 0, dropped: 1 });
      gate.open();
      await eventually(async () => expect(await ns.set('retry')).toHaveLength(1));
      clock.advance(60);
      expect(await requeue()).toMatchObject({ requeued: 0, dropped: 1 });
      const [retry] = await ns.redis.zrange(ns.keys.retry, '0', '-1');
      await ns.redis.zadd(ns.keys.retry, 'LT', NOW, retry ?? '');
      await eventually(() => expect(seen).toHaveLength(2));
      await eventually(async () => expect(await ns.inProgress('tick')).toBe(0));
      gate = new Gate();
      gate.open();
      clock.advance(60);
      await requeue();
      await eventually(() => expect(seen).toHaveLength(3));
    } finally {
      gate.open();
      await pool.stop();
    }
  });
});

describe('periodicallyEnqueue', () => {
  it('runs a job at each firing, with its arguments', async () => {
    const seen: unknown[] = [];
    const pool = new WorkerPool({ ...ns.options, logger: silentLogger })
      .periodicallyEnqueue('* * * * * *', 'tick', { args: { n: 1 } })
      .job('tick', (job) => seen.push(job.args));
    try {
      await pool.start();
      await eventually(() => expect(seen.length).toBeGreaterThan(1));
      expect(seen[0]).toEqual({ n: 1 });
    } finally {
      await pool.stop();
    }
  });

  it('refuses the same schedule twice, and any after the start', async () => {
    const pool = new WorkerPool({ ...ns.options, logger: silentLogger }).periodicallyEnqueue(
      '@daily',
      'tick',
    );
    expect(() => pool.periodicallyEnqueue('@daily', 'tick')).toThrow(
      'registered for "tick" already',
    );
    expect(() => pool.periodicallyEnqueue('@daily', 'tock')).not.toThrow();
    await pool.start();
    expect(() => pool.periodicallyEnqueue('@hourly', 'tick')).toThrow(
      'after the worker pool has started',
    );
    await pool.stop();
  });
});
