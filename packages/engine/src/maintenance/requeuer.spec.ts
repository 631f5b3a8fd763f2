import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { Scripts } from '../scripts/scripts.js';
import { Requeuer, type RequeuerOptions } from './requeuer.js';
import type { Clock } from '../base/clock.js';
import { paced } from '../base/loop.js';
import { eventually } from '../../../../test/support/eventually.js';
import { callSizes } from '../testing/call-sizes.js';
import { FakeClock } from '../testing/fake-clock.js';
import { reportInto } from '../testing/strict-report.js';
import { TestNamespace } from '../testing/test-redis.js';

const NOW = 1_700_000_000;
const MIB = 1024 * 1024;

let ns: TestNamespace;
let clock: FakeClock;
let errors: unknown[];

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  errors = [];
});

afterEach(async () => {
  await ns.close();
  expect(errors).toEqual([]);
});

function aRequeuer(
  set: 'retry' | 'scheduled' = 'scheduled',
  options: Partial<RequeuerOptions> = {},
): Requeuer {
  return new Requeuer({
    set,
    connection: ns.connection,
    scripts: new Scripts(ns.keys, clock),
    clock,
    isWatching: () => false,
    report: reportInto(errors),
    ...options,
  });
}

/** The waker works; notes of each look whether it has the set watched. */
function watching(watched: boolean[]): Partial<RequeuerOptions> {
  const scripts = new Scripts(ns.keys, clock);
  const due = scripts.timed.due.bind(scripts.timed);
  scripts.timed.due = (set, bound, watch) => {
    watched.push(watch);
    return due(set, bound, false);
  };
  return { scripts, isWatching: () => true };
}

describe('Requeuer', () => {
  it('moves only due jobs to their queues, and returns the time of the next one', async () => {
    const enqueuer = new Enqueuer({ ...ns.options, clock });
    const due = await enqueuer.enqueue('n', { big: 9007199254740993n, list: [] }, { in: '10s' });
    await enqueuer.enqueue('n', undefined, { in: '70s' });
    await enqueuer.close();
    const requeuer = aRequeuer();
    expect(await requeuer.requeueDue()).toEqual({
      requeued: 0,
      dead: 0,
      dropped: 0,
      nextIn: 10_000,
    });
    clock.advance(10.5);
    expect(await requeuer.requeueDue()).toEqual({
      requeued: 1,
      dead: 0,
      dropped: 0,
      nextIn: 59_500,
    });
    expect(await ns.queue('n')).toEqual([
      `{"name":"n","id":"${due.id}","t":1700000010,"args":{"big":9007199254740993,"list":[]}}`,
    ]);
    expect(await ns.set('scheduled')).toHaveLength(1);
  });

  it('keeps the failure of a retry', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    const entry =
      '{"name":"n","id":"i","t":1,"args":null,"fails":2,"err":"boom","failed_at":9,"x":1}';
    await ns.redis.zadd(ns.keys.retry, NOW, entry);
    await aRequeuer('retry').requeueDue();
    expect(await ns.queue('n')).toEqual([
      `{"name":"n","id":"i","t":${NOW},"args":null,"fails":2,"err":"boom","failed_at":9,"x":1}`,
    ]);
  });

  it('sends a job that this process does not handle to its queue, if anybody ever knew its name', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'of_another_service');
    await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"of_another_service","id":"i","t":1}');
    await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"never_heard_of","id":"j","t":1}');
    expect(await aRequeuer().requeueDue()).toMatchObject({ requeued: 1, dead: 1, dropped: 0 });
    expect(await ns.queue('of_another_service')).toHaveLength(1);
    expect(await ns.set('dead')).toEqual([
      {
        entry: {
          name: 'never_heard_of',
          id: 'j',
          t: 1,
          fails: 0,
          err: 'unknown job when requeueing',
          failed_at: NOW,
        },
        score: NOW,
      },
    ]);
  });

  it('ends the claim of a job of an unknown name', async () => {
    const claim = ns.keys.unique('gone', '{"periodic":"@hourly"}\n');
    const owner = ns.keys.uniqueOwner(claim);
    const entry = (id: string): string =>
      `{"name":"gone","id":"${id}","t":1,"args":null,"unique":true,"unique_key":${JSON.stringify(claim)},"claim":"held"}`;
    await ns.redis.set(claim, '1', 'PX', 60_000);
    await ns.redis.set(owner, 'first', 'PX', 60_000);
    await ns.redis.zadd(ns.keys.retry, NOW, entry('first'));
    expect(await aRequeuer('retry').requeueDue()).toMatchObject({ dead: 1 });
    expect(await ns.redis.exists(claim, owner)).toBe(0);
    const [dead] = await ns.set('dead');
    expect(dead?.entry).not.toHaveProperty('claim');
  });

  it('ends the claim of a job of an unknown name that was never started', async () => {
    const claim = ns.keys.unique('gone', 'key');
    const entry = `{"name":"gone","id":"i","t":1,"args":null,"unique":true,"unique_key":"${claim}"}`;
    const ends = Date.now() + 60_000;
    await ns.redis.set(claim, entry, 'PXAT', ends);
    await ns.redis.set(ns.keys.uniqueOwner(claim), 'i', 'PXAT', ends);
    await ns.redis.zadd(ns.keys.scheduled, NOW, entry);
    expect(await aRequeuer('scheduled').requeueDue()).toMatchObject({ dead: 1 });
    expect(await ns.redis.exists(claim, ns.keys.uniqueOwner(claim))).toBe(0);
  });

  it('tries a job whose queue is a key of the wrong kind again in a minute, and moves those behind it', async () => {
    const entry = (name: string, id: number): string =>
      `{"name":"${name}","id":"${id}","t":1,"args":null}`;
    const broken = Array.from({ length: 600 }, (_, id) => entry('broken', id));
    await ns.redis.sadd(ns.keys.knownJobs, 'n', 'broken');
    await ns.redis.zadd(ns.keys.retry, ...broken.flatMap((job) => [NOW - 9, job]));
    await ns.redis.zadd(ns.keys.retry, NOW, entry('n', 1));
    await ns.redis.set(ns.keys.queue('broken'), 'no list');
    const told: unknown[] = [];
    const requeuer = aRequeuer('retry', { report: reportInto(told) });
    expect(await requeuer.requeueDue()).toMatchObject({ requeued: 1, dead: 0, nextIn: 60_000 });
    expect(new Set(told.map(String))).toEqual(new Set([expect.stringContaining('jobs:broken')]));
    await ns.redis.del(ns.keys.queue('broken'));
    clock.advance(60);
    expect(await requeuer.requeueDue()).toMatchObject({ requeued: 600 });
  });

  it('ends no other key that such a job names', async () => {
    const entry = `{"name":"gone","id":"i","unique":true,"unique_key":"${ns.keys.lastPeriodicEnqueue}","claim":"held"}`;
    await ns.redis.set(ns.keys.lastPeriodicEnqueue, NOW);
    await ns.redis.zadd(ns.keys.retry, NOW, entry);
    expect(await aRequeuer('retry').requeueDue()).toMatchObject({ dead: 1 });
    expect(await ns.redis.exists(ns.keys.lastPeriodicEnqueue)).toBe(1);
  });

  it('moves jobs of a name that becomes known while it works through many', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    const jobs = [
      '{"name":"late","id":"first","t":1,"args":null}',
      ...Array.from({ length: 700 }, (_, i) => `{"name":"n","id":"i${i}","t":1,"args":null}`),
      '{"name":"late","id":"last","t":1,"args":null}',
    ];
    await ns.redis.zadd(ns.keys.retry, ...jobs.flatMap((job, i) => [NOW - 1_000 + i, job]));
    let read = 0;
    const counting: Clock = {
      scriptTime: () => clock.scriptTime(),
      now: () => {
        // Before it has come to the last one, and after the fate of the first is certain.
        if (++read === 600) void ns.connection.redis.sadd(ns.keys.knownJobs, 'late');
        return clock.now();
      },
    };
    expect(await aRequeuer('retry', { clock: counting }).requeueDue()).toMatchObject({
      requeued: 701,
      dead: 1,
    });
    expect(await ns.queue('late')).toEqual([expect.stringContaining('"id":"last"')]);
  });

  it.each([['retry'], ['scheduled']] as const)(
    'moves jobs of the own names in %s though Redis has lost them, and has it know them again',
    async (set) => {
      const entries = [
        '{"name":"own","id":"1","t":1,"args":null}',
        '{"name":"other","id":"2","t":1}',
      ];
      for (const entry of entries) await ns.redis.zadd(ns.keys[set], NOW, entry);
      const requeuer = aRequeuer(set, {
        ownNames: new Set(['own', 'idle']),
        knowsNames: () => Promise.resolve(false),
      });
      expect(await requeuer.requeueDue()).toMatchObject({ requeued: 1, dead: 0 });
      expect(await ns.redis.smembers(ns.keys.knownJobs)).toEqual(['own']);
      expect(await ns.queue('own')).toHaveLength(1);
      // Its pool is about to have its name known again.
      expect(await ns.redis.zrange(ns.keys[set], '0', '-1')).toEqual([entries[1]]);
      expect(await ns.set('dead')).toEqual([]);
    },
  );

  it('sends jobs of unknown names to the dead jobs in whatever bytes, and as many as there are', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"name":"unheard_of","id":"bytes","args":{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    await ns.redis.zadd(ns.keys.scheduled, NOW - 1, bytes);
    const others = Array.from({ length: 600 }, (_, i) => [
      NOW,
      `{"name":"no_${i % 3}","id":"${i}"}`,
    ]);
    await ns.redis.zadd(ns.keys.scheduled, ...others.flat());
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"n","id":"i"}');
    expect(await aRequeuer().requeueDue()).toMatchObject({ requeued: 1, dead: 601, dropped: 0 });
    expect(await ns.set('scheduled')).toEqual([]);
    expect(await ns.redis.zcard(ns.keys.dead)).toBe(601);
    expect(
      await ns.redis.zscore(
        ns.keys.dead,
        Buffer.concat([
          bytes.subarray(0, -1),
          Buffer.from(`,"fails":0,"err":"unknown job when requeueing","failed_at":${NOW}}`),
        ]),
      ),
    ).toBe(String(NOW));
  });

  it('keeps the order in which jobs are due', async () => {
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    const ids = Array.from({ length: 1_100 }, (_, i) => String(i).padStart(4, '0'));
    const entries = ids.map((id, i) => [NOW - 2_000 + i, `{"name":"n","id":"${id}"}`]);
    await ns.redis.zadd(ns.keys.scheduled, ...entries.flat());
    await aRequeuer().requeueDue();
    const moved = await ns.queue('n');
    expect(moved.map((entry) => (JSON.parse(entry) as { id: string }).id).reverse()).toEqual(ids);
  });

  it('moves large jobs some at a time, in their order', async () => {
    const ids = ['1', '2', '3', '4'];
    const entries = ids.map((id) => `{"name":"n","id":"${id}","args":{"x":"${'x'.repeat(MIB)}"}}`);
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    await ns.redis.zadd(ns.keys.retry, ...entries.flatMap((entry, i) => [NOW - 9 + i, entry]));
    const sizes = callSizes(ns.connection);
    const watched: boolean[] = [];
    expect(await aRequeuer('retry', watching(watched)).requeueDue()).toMatchObject({ requeued: 4 });
    expect(Math.max(...sizes)).toBeLessThan(4 * MIB);
    expect(watched).toEqual([false, false, false, false, true]);
    const moved = await ns.queue('n');
    expect(moved.map((entry) => (JSON.parse(entry) as { id: string }).id).reverse()).toEqual(ids);
  });

  it('does not watch keys that it is about to change', async () => {
    const watched: boolean[] = [];
    await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"n","id":"i"}');
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    const requeuer = aRequeuer('scheduled', watching(watched));
    await requeuer.requeueDue();
    expect(watched).toEqual([false, true]);
    await requeuer.requeueDue();
    expect(watched).toEqual([false, true, false, true]);
  });

  it.each(['not JSON', '[]', '{"id":"i"}', '{"name":"n","args":1}', '['.repeat(2_000)])(
    'sends %.20s to the dead jobs and goes on behind it',
    async (poison) => {
      await ns.redis.sadd(ns.keys.knownJobs, 'n');
      await ns.redis.zadd(ns.keys.scheduled, NOW - 1, poison);
      await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"n","id":"i","t":1,"args":null}');
      expect(await aRequeuer().requeueDue()).toMatchObject({ requeued: 1, dead: 1, dropped: 0 });
      const [dead] = await ns.set('dead');
      expect(dead?.entry).toMatchObject({ args: { raw: poison }, fails: 1, failed_at: NOW });
    },
  );

  it('moves each job once, however many requeuers there are', async () => {
    const enqueuer = new Enqueuer({ ...ns.options, clock });
    await Promise.all(
      Array.from({ length: 1_200 }, (_, i) => enqueuer.enqueue('n', { i }, { in: '1s' })),
    );
    await enqueuer.close();
    clock.advance(1);
    const moved = await Promise.all([1, 2, 3].map(() => aRequeuer().requeueDue()));
    expect(moved.reduce((sum, { requeued }) => sum + requeued, 0)).toBe(1_200);
    expect(await ns.queue('n')).toHaveLength(1_200);
    expect(await ns.set('scheduled')).toEqual([]);
  });

  it('looks again when it is woken', async () => {
    const onError = (error: unknown): unknown => errors.push(error);
    const loop = paced(aRequeuer(), { afterError: 1_000, onError });
    loop.start();
    await ns.redis.sadd(ns.keys.knownJobs, 'n');
    await ns.redis.zadd(ns.keys.scheduled, NOW, '{"name":"n","id":"i","t":1,"args":null}');
    loop.poke();
    await eventually(async () => expect(await ns.queue('n')).toHaveLength(1));
    await loop.stop();
  });
});
