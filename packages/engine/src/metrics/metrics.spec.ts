import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { InvalidOptionError } from '../errors/errors.js';
import { silentLogger } from '../logging/logger.js';
import { Scripts } from '../scripts/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { bucketOf, percentile, upperBound } from './histogram.js';
import { OTHER_NAMES, Recorder } from './recorder.js';

// A whole hour.
const NOW = 1_700_002_800;

let ns: TestNamespace;
let clock: FakeClock;
let client: Client;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(NOW);
  client = new Client({ ...ns.options, clock });
});

afterEach(async () => {
  client.close();
  await ns.close();
});

function aRecorder(): Recorder {
  return new Recorder({
    connection: ns.connection,
    scripts: new Scripts(ns.keys, clock),
  });
}

describe('a histogram', () => {
  it.each([0, 1, 1.5, 2, 17, 999, 60_000, 86_400_000])('knows %p ms within a factor', (time) => {
    const bound = upperBound(bucketOf(time));
    expect(bound).toBeGreaterThanOrEqual(Math.max(1, time) * 0.999);
    expect(bound).toBeLessThanOrEqual(Math.max(1, time) * 1.42);
  });

  it('returns percentiles', () => {
    const counts: number[] = [];
    counts[20] = 90;
    counts[2] = 5;
    counts[40] = 5;
    expect(percentile(counts, 0.5)).toBe(upperBound(20));
    expect(percentile(counts, 0.95)).toBe(upperBound(20));
    expect(percentile(counts, 0.99)).toBe(upperBound(40));
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

describe('metrics', () => {
  it('add up the counts of several recorders, by interval and by name', async () => {
    const [one, other] = [aRecorder(), aRecorder()];
    one.record('a', 'done', 100, 5_000);
    one.record('a', 'failed', 10, 0);
    other.record('b|c', 'dead', 20, 0);
    await one.flush();
    await other.flush();
    clock.advance(60);
    one.record('a', 'done', 100, 0);
    await one.flush();
    const all = await client.metrics();
    expect(all.intervals).toHaveLength(60);
    expect(all.intervals.at(-1)).toMatchObject({
      done: 1,
      failed: 0,
      start: new Date((NOW + 60) * 1000),
    });
    expect(all.intervals.at(-2)).toMatchObject({ done: 1, failed: 2, dead: 1, time: 130 });
    expect(all.total).toMatchObject({ done: 2, failed: 2, dead: 1, time: 230 });
    expect(all.jobs).toMatchObject([
      { jobName: 'a', done: 2, failed: 1 },
      { jobName: 'b|c', done: 0, failed: 1, dead: 1 },
    ]);
    expect(all.jobs[0]?.run.p99).toBeGreaterThanOrEqual(100);
    expect(all.step).toBe(60_000);
    expect(all.jobs[0]?.wait.p99).toBeGreaterThanOrEqual(5_000);
    expect((await client.metrics({ jobName: 'a' })).total).toMatchObject({ done: 2, failed: 1 });
    for (const range of ['6h', '24h', '7d', '30d'] as const) {
      expect((await client.metrics({ range })).total).toMatchObject({ done: 2, failed: 2 });
    }
  });

  it('return rates by the minute', async () => {
    const recorder = aRecorder();
    recorder.record('a', 'done', 100, 5_000);
    await recorder.flush();
    clock.advance(120);
    recorder.record('a', 'dead', 100, 0);
    await recorder.flush();
    expect(await client.rates({ minutes: 4 })).toEqual([
      { jobName: 'a', done: [0, 1, 0, 0], failed: [0, 0, 0, 1] },
    ]);
    await expect(client.rates({ minutes: 61 })).rejects.toThrow(InvalidOptionError);
  });

  it('lose nothing to a write that fails', async () => {
    const recorder = aRecorder();
    recorder.record('a', 'done', 100, 0);
    await ns.redis.set(ns.keys.metrics(60, NOW), 'in the way');
    await expect(recorder.flush()).rejects.toThrow(/WRONGTYPE/);
    await ns.redis.del(ns.keys.metrics(60, NOW));
    recorder.record('a', 'done', 100, 0);
    await recorder.flush();
    expect((await client.metrics()).total).toMatchObject({ done: 2, time: 200 });
  });

  it('expire', async () => {
    const recorder = aRecorder();
    recorder.record('a', 'done', 1, 1);
    await recorder.flush();
    const keys = await ns.redis.keys(`${ns.keys.metricsPrefix}*`);
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(await ns.redis.ttl(key)).toBeGreaterThan(3_600);
  });

  it('of too many names are counted as one', async () => {
    const recorder = aRecorder();
    for (let i = 0; i < 510; i++) recorder.record(`job${i}`, 'done', 1, 1);
    await recorder.flush();
    const { jobs } = await client.metrics();
    expect(jobs).toHaveLength(501);
    expect(jobs.find(({ jobName }) => jobName === OTHER_NAMES)).toMatchObject({ done: 10 });
  });

  it('are kept by a pool, and written when it stops', async () => {
    const enqueuer = new Enqueuer({ ...ns.options, clock });
    const pool = new WorkerPool({ ...ns.options, clock, logger: silentLogger }).job(
      'n',
      { maxFails: 1 },
      (job) => {
        if (job.args.fail) throw new Error('no');
      },
    );
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n', args: { fail: true } }]);
    await pool.drain();
    await pool.stop();
    await enqueuer.close();
    expect((await client.metrics()).total).toMatchObject({ done: 1, failed: 1, dead: 1 });
  });

  it('have no other ranges', async () => {
    await expect(client.metrics({ range: '2h' as '1h' })).rejects.toThrow(InvalidOptionError);
  });
});
