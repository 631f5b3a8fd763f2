import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Heartbeater } from '../heartbeat/heartbeater.js';
import { paced, type Loop } from '../base/loop.js';
import { silentLogger } from '../logging/logger.js';
import type { Report } from '../logging/report.js';
import { PeriodicEnqueuer } from './periodic-enqueuer.js';
import {
  firingEntry,
  periodicJob,
  type PeriodicJob,
  type PeriodicOptions,
} from '../schedule/periodic-job.js';
import { Scripts } from '../scripts/scripts.js';
import { Requeuer } from './requeuer.js';
import { Gate } from '../../../../test/support/gate.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FakeClock } from '../testing/fake-clock.js';
import { reportInto, strictReport } from '../testing/strict-report.js';
import { TestNamespace } from '../testing/test-redis.js';
import { uniqueKey } from '../job/unique-key.js';
import { WorkerPool } from '../pool/worker-pool.js';

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

function minutely(options: PeriodicOptions = {}, spec = '0 * * * * *'): PeriodicJob {
  return periodicJob(spec, 'tick', options, new Date(NOW * 1000));
}

function anEnqueuer(...schedules: PeriodicJob[]): PeriodicEnqueuer {
  return reportingTo(strictReport, schedules);
}

function reportingTo(report: Report, schedules: readonly PeriodicJob[]): PeriodicEnqueuer {
  const { connection, keys } = ns;
  return new PeriodicEnqueuer({ schedules, connection, keys, scripts, clock, report });
}

/** As the pool does it. */
function looped(enqueuer: PeriodicEnqueuer, report: Report = strictReport): Loop {
  const onError = (error: unknown): void => report.error('loop', error);
  const loop = paced(enqueuer, { afterError: 1_000, onError });
  loop.start();
  return loop;
}

/** Moves what is due; returns the names of what waits then. */
async function requeue(): Promise<{ requeued: number; dropped: number }> {
  const requeuer = new Requeuer({
    set: 'scheduled',
    connection: ns.connection,
    scripts,
    clock,
    isWatching: () => false,
    report: strictReport,
  });
  return requeuer.requeueDue();
}

async function beat(...schedules: PeriodicJob[]): Promise<void> {
  await aHeartbeater(schedules).beat();
}

function aHeartbeater(schedules: readonly PeriodicJob[]): Heartbeater {
  return new Heartbeater({
    id: 'pool',
    workerIds: [],
    jobNames: ['tick'],
    settings: { concurrency: 1, timing: { heartbeat: 5_000, stuckAfter: 300_000 } },
    schedules,
    connection: ns.connection,
    keys: ns.keys,
    scripts,
    clock,
    report: strictReport,
    unanswered: () => 0,
    onError: (error) => strictReport.error('heartbeater.beat', error),
    onThreadEnded: () => undefined,
  });
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

  it('does not add moved firings again, and drops those that a slow clock adds again', async () => {
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

  it('moves late firings after a short time without any pool', async () => {
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

/** One second after another: adds firings now and then, moves what is due. Returns the times of what was moved. */
async function live(enqueuer: PeriodicEnqueuer, seconds: number): Promise<number[]> {
  for (let second = 0; second < seconds; second++) {
    if (second % 10 === 0) await enqueuer.enqueue();
    await requeue();
    clock.advance(1);
  }
  const moved = (await ns.queue('tick')).reverse().map(timeIn);
  await ns.redis.del(ns.keys.queue('tick'));
  return moved;
}

function timeIn(entry: string): number {
  return Number(/:(\d+)$/.exec((JSON.parse(entry) as { id: string }).id)?.[1]);
}

function now(): number {
  return clock.now() / 1000;
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('when the clock of Redis goes ahead and back', () => {
  // What an hour ahead is to a Redis whose clock is right.
  const JUMPS = [20, 60, 300, 3_840, 365 * 86_400];

  it.each(JUMPS)('by %i s, fires on at once, each time once', async (jump) => {
    const job = minutely({}, '* * * * * *');
    const enqueuer = anEnqueuer(job);
    await live(enqueuer, 5);
    clock.advance(jump);
    await live(enqueuer, 5);
    clock.advance(-jump);
    const first = now();
    expect(await live(enqueuer, 30)).toEqual(range(first + 1, first + 29));
    expect(Math.max(...(await scores()))).toBeLessThanOrEqual(now() + 240);
  });

  it.each(JUMPS)('by %i s, and its pool is another one then', async (jump) => {
    const job = minutely({}, '* * * * * *');
    clock.advance(jump);
    await live(anEnqueuer(job), 5);
    clock.advance(-jump);
    const first = now();
    expect(await live(anEnqueuer(job), 10)).toEqual(range(first + 1, first + 9));
  });

  it('by ten seconds, runs no firing twice', async () => {
    const enqueuer = anEnqueuer(minutely({}, '* * * * * *'));
    const moved = await live(enqueuer, 5);
    clock.advance(10);
    moved.push(...(await live(enqueuer, 5)));
    clock.advance(-10);
    moved.push(...(await live(enqueuer, 30)));
    expect(moved).toEqual(range(NOW + 1, now() - 1));
  });

  it('does not run a rare firing again that has run early', async () => {
    const enqueuer = anEnqueuer(minutely());
    await enqueuer.enqueue();
    clock.advance(40);
    expect(await live(enqueuer, 1)).toEqual([NOW + 40]);
    clock.advance(-41);
    expect(await live(enqueuer, 60)).toEqual([]);
    expect(await live(enqueuer, 60)).toEqual([NOW + 100]);
  });

  it('removes firings far ahead: the schedule may end before they are due', async () => {
    const [job, year] = [minutely(), 365 * 86_400];
    clock.advance(year);
    await anEnqueuer(job).enqueue();
    clock.advance(-year);
    await beat();
    await anEnqueuer().enqueue();
    expect(await scores()).toEqual([]);
    expect(await ns.redis.exists(ns.keys.lastFirings)).toBe(0);
  });

  it('drops firings that a Go pool with a slow clock adds again', async () => {
    const job = minutely({}, '* * * * * *');
    const enqueuer = anEnqueuer(job);
    await live(enqueuer, 30);
    for (const time of range(now() - 20, now() + 200)) {
      await ns.redis.zadd(ns.keys.scheduled, time, firingEntry(job, time));
    }
    const first = now();
    expect(await live(enqueuer, 5)).toEqual(range(first, first + 4));
  });
});

describe('a schedule of several versions', () => {
  const version = (n: number): PeriodicJob => minutely({ args: { n } });
  const argsAhead = async (): Promise<unknown[]> =>
    (await ns.set('scheduled')).map(({ entry }) => (entry as { args: unknown }).args);

  it.each<[string, PeriodicOptions]>([
    ['arguments', { args: { n: 2 } }],
    ['overlap', { args: { n: 1 }, overlap: 'skip' }],
  ])('has the firings to come of the one that started last: other %s', async (_, options) => {
    await anEnqueuer(version(1)).enqueue();
    clock.advance(1);
    const later = minutely(options);
    await anEnqueuer(later).enqueue();
    const texts = await ns.redis.zrange(ns.keys.scheduled, '0', '-1');
    const key = options.overlap && uniqueKey(ns.keys, 'tick', { periodic: later.schedule.spec });
    expect(texts).toEqual(nextFour.map((time) => firingEntry(later, time, key)));
  });

  it('does not go back while both are there', async () => {
    const [old, later] = [anEnqueuer(version(1)), anEnqueuer(version(2))];
    await old.enqueue();
    clock.advance(1);
    await later.enqueue();
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(60);
      expect(await old.enqueue()).toBe(0);
      expect(await later.enqueue()).toBe(1);
      expect(await argsAhead()).toEqual(Array.from({ length: 5 + minute }, () => ({ n: 2 })));
    }
  });

  it('becomes the earlier one again when that alone is left', async () => {
    const old = anEnqueuer(version(1));
    await old.enqueue();
    clock.advance(1);
    await anEnqueuer(version(2)).enqueue();
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60);
      await requeue();
      await old.enqueue();
    }
    expect(await scores()).toHaveLength(4);
    expect(await argsAhead()).toEqual(Array.from({ length: 4 }, () => ({ n: 1 })));
  });

  it('includes late firings; cancelled ones stay removed', async () => {
    await anEnqueuer(version(1)).enqueue();
    await ns.redis.zremrangebyscore(ns.keys.scheduled, NOW + 100, NOW + 100);
    clock.advance(50);
    await anEnqueuer(version(2)).enqueue();
    expect(await scores()).toEqual([NOW + 40, NOW + 160, NOW + 220, NOW + 280]);
    expect(await argsAhead()).toEqual(Array.from({ length: 4 }, () => ({ n: 2 })));
  });

  it('runs each firing once, whoever has added it', async () => {
    const [old, later] = [version(1), version(2)];
    await anEnqueuer(old).enqueue();
    clock.advance(1);
    await anEnqueuer(later).enqueue();
    // By a pool of an earlier release, which knows of no versions.
    for (const time of nextFour)
      await ns.redis.zadd(ns.keys.scheduled, time, firingEntry(old, time));
    clock.advance(60);
    expect(await requeue()).toMatchObject({ requeued: 1, dropped: 1 });
  });
});

describe('a schedule that no pool has any more', () => {
  it('is forgotten whole', async () => {
    const job = minutely();
    await anEnqueuer(job).enqueue();
    clock.advance(40);
    await requeue();
    await ns.redis.hset(ns.keys.lastResults, job.id, '{}', 'periodic:tick:0 0 * * * *', '{}');
    await ns.redis.hset(ns.keys.movedFirings, 'periodic:tick:0 1 * * * *', NOW - 3_601);
    await anEnqueuer().enqueue();
    expect(await scores()).toEqual([]);
    const { lastFirings, movedFirings, lastResults, scheduleVersions } = ns.keys;
    expect(await ns.redis.exists(lastFirings, movedFirings, lastResults, scheduleVersions)).toBe(0);
  });

  it('is remembered if it may belong to a Go pool, which does not register schedules', async () => {
    const id = 'periodic:go:0 * * * * *';
    await ns.redis.hset(ns.keys.movedFirings, id, NOW - 60);
    await ns.redis.hset(ns.keys.lastResults, id, '{}');
    await anEnqueuer().enqueue();
    expect(await ns.redis.hkeys(ns.keys.movedFirings)).toEqual([id]);
    expect(await ns.redis.hkeys(ns.keys.lastResults)).toEqual([id]);
  });

  it('is not taken away from a pool that has started meanwhile', async () => {
    const job = minutely({}, '* * * * * *');
    await anEnqueuer(job).enqueue();
    const unschedule = scripts.timed.unschedule.bind(scripts.timed);
    let parts = 0;
    scripts.timed.unschedule = (part) => {
      // After the first part of it: it beats, and adds what is missing.
      if (++parts === 2) void aHeartbeater([job]).beat();
      return unschedule(part);
    };
    await anEnqueuer().enqueue();
    expect(parts).toBe(2);
    await anEnqueuer(job).enqueue();
    expect(await scores()).toEqual(range(NOW + 1, NOW + 240));
  });

  it('is found among many jobs of the same time', async () => {
    const job = minutely();
    await anEnqueuer(job).enqueue();
    const [time = 0] = nextFour;
    const others = Array.from({ length: 3_000 }, (_, n) => [
      time,
      `{"name":"${n % 2 === 0 ? 'aa' : 'zz'}","id":"${n}","t":1,"args":null}`,
    ]);
    await ns.redis.zadd(ns.keys.scheduled, ...others.flat());
    await anEnqueuer().enqueue();
    expect(await ns.redis.zcard(ns.keys.scheduled)).toBe(3_000);
  });

  it('does not prevent firings from being added when it cannot be removed', async () => {
    const errors: unknown[] = [];
    await anEnqueuer(minutely({}, '30 * * * * *')).enqueue();
    await ns.redis.set(ns.keys.lastResults, 'of the wrong kind');
    const enqueuer = reportingTo(reportInto(errors), [minutely()]);
    expect(await enqueuer.enqueue()).toBe(4);
    expect(errors.map(String)).toEqual([expect.stringContaining('WRONGTYPE')]);
  });

  it('is one of many, of which a round forgets some', async () => {
    const jobs = range(1, 50).map((n) => minutely({}, `@every ${n}h`));
    await anEnqueuer(...jobs).enqueue();
    const enqueuer = anEnqueuer();
    await enqueuer.enqueue();
    expect(await ns.redis.hlen(ns.keys.scheduleVersions)).toBe(30);
    const loop = looped(enqueuer);
    await eventually(async () => expect(await ns.redis.exists(ns.keys.scheduleVersions)).toBe(0));
    await loop.stop();
  });
});

describe('a schedule of which Redis knows nothing any more', () => {
  it('is noticed without a hint', async () => {
    const loop = looped(anEnqueuer(minutely()));
    await eventually(async () => expect(await scores()).toHaveLength(4));
    await ns.redis.del(ns.keys.scheduled, ns.keys.lastFirings, ns.keys.scheduleVersions);
    await eventually(async () => expect(await scores()).toHaveLength(4));
    await loop.stop();
  });

  it('is added again at once where the last round has expired', async () => {
    const enqueuer = anEnqueuer(minutely());
    const loop = looped(enqueuer);
    await eventually(async () => expect(await scores()).toHaveLength(4));
    await ns.redis.del(ns.keys.scheduled, ns.keys.lastFirings);
    enqueuer.expire();
    loop.poke();
    await eventually(async () => expect(await scores()).toHaveLength(4));
    await loop.stop();
  });

  it('is added again where the loss came in the midst of a round', async () => {
    const enqueuer = anEnqueuer(minutely());
    const round = enqueuer.enqueue();
    enqueuer.expire();
    await round;
    await ns.redis.del(ns.keys.scheduled, ns.keys.lastFirings);
    await enqueuer.tick();
    expect(await scores()).toHaveLength(4);
  });

  it('is reported while Redis refuses it, and added afterwards', async () => {
    const errors: unknown[] = [];
    const enqueuer = anEnqueuer(minutely());
    const refused = reportingTo(reportInto(errors), [minutely()]);
    await ns.redis.set(ns.keys.scheduled, 'of the wrong kind');
    await expect(enqueuer.enqueue()).rejects.toThrow('WRONGTYPE');
    const loop = looped(refused, reportInto(errors));
    await eventually(() => expect(errors.length).toBeGreaterThan(0));
    expect(String(errors[0])).toContain('WRONGTYPE');
    await ns.redis.del(ns.keys.scheduled);
    await eventually(async () => expect(await scores()).toHaveLength(4));
    await loop.stop();
  });
});

describe('a schedule whose jobs do not overlap', () => {
  /** By this test, or by the pool's own requeuer, which hears of the same changes. */
  async function expectSkipped(time: number): Promise<void> {
    await requeue();
    expect(await ns.redis.hvals(ns.keys.movedFirings)).toEqual([String(time)]);
    expect(await ns.redis.zcount(ns.keys.scheduled, '-inf', time)).toBe(0);
    expect(await ns.queue('tick')).toEqual([]);
  }

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
    pool.job('tick', { backoff: () => '1000s' }, async (job) => {
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
      await expectSkipped(NOW + 100);
      gate.open();
      await eventually(async () => expect(await ns.set('retry')).toHaveLength(1));
      clock.advance(60);
      await expectSkipped(NOW + 160);
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
      'already registered for "tick"',
    );
    expect(() => pool.periodicallyEnqueue('@daily', 'tock')).not.toThrow();
    await pool.start();
    expect(() => pool.periodicallyEnqueue('@hourly', 'tick')).toThrow(
      'after the worker pool has started',
    );
    await pool.stop();
  });
});
