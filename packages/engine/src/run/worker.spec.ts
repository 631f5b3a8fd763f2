import { expect, it } from '@jest/globals';
import { stopwatchOf, systemClock } from '../base/clock.js';
import type { Outcome } from './fate.js';
import type { Job } from '../job/job.js';
import { parseEntry } from '../job/job-entry.js';
import { jobType } from '../job/job-type.js';
import type { Handler } from '../job/handler.js';
import { Worker, type WorkerOptions } from './worker.js';
import { WorkerPool } from '../pool/worker-pool.js';

const RAW = '{"name":"n","id":"i"}';

/** Has a worker run one job; tells how that ended, and how long it took. */
async function run(
  handler: Handler<never>,
  options: Partial<WorkerOptions<unknown>> = {},
): Promise<{ outcome: Outcome; duration: number }> {
  const worker = new Worker<never>({
    ...{ id: 'w', context: () => ({}) as never, now: () => 0, elapsed: () => 0 },
    onCheckin: () => undefined,
    ...(options as Partial<WorkerOptions<never>>),
  });
  return new Promise((resolve) => {
    worker.run(parseEntry(RAW), RAW, jobType('n', {}, handler), (outcome, duration) =>
      resolve({ outcome, duration }),
    );
  });
}

it.each(['mapError', 'context'])('a pool has no %s that is no function', (option) => {
  const options = { redis: 'redis://127.0.0.1:1', [option]: 'x' };
  expect(() => new WorkerPool(options as never)).toThrow(`Option "${option}" is "x"`);
});

it.each<[string, Partial<WorkerOptions<unknown>>]>([
  ['makes', { context: () => ({ tenant: 7 }) }],
  ['promises', { context: async () => Promise.resolve({ tenant: 7 }) }],
])('gives the handler the context that somebody %s', async (_what, options) => {
  const seen: unknown[] = [];
  await run((_job, context) => seen.push(context), options);
  expect(seen).toEqual([{ tenant: 7 }]);
});

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no tenant');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('no tenant'))],
])('fails the job where making its context %s', async (_what, context) => {
  const { outcome } = await run(() => expect(true).toBe(false), { context });
  expect(outcome).toEqual({ kind: 'threw', error: new Error('no tenant') });
});

it('measures the duration of a run by a monotonic clock', async () => {
  let [now, elapsed] = [1_700_000_000_000, 50];
  const { duration } = await run(
    () => {
      now -= 3_600_000;
      elapsed += 70.4;
    },
    { now: () => now, elapsed: () => elapsed },
  );
  expect(duration).toBe(70);
});

it('measures it by the clock that it is given, and never less than nothing', async () => {
  let now = 1_000;
  const ofTests = { now: () => now, scriptTime: () => now };
  const elapsed = stopwatchOf(ofTests);
  expect((await run(() => (now += 5_000), { elapsed })).duration).toBe(5_000);
  expect((await run(() => (now -= 5_000), { elapsed })).duration).toBe(0);
  expect(stopwatchOf(systemClock)()).toBeLessThan(Date.now() / 2);
});

it('shortens check-ins, and converts them to text', async () => {
  const shown: unknown[] = [];
  const worker = new Worker<unknown>({
    ...{ id: 'w', context: () => ({}), now: () => 0, elapsed: () => 0 },
    onCheckin: (): void => void shown.push(worker.running?.lastCheckin?.text),
  });
  const texts: unknown[] = ['row 1', 'x'.repeat(1e6), 50, { a: 1 }, undefined, '\ud800'];
  const handler = (job: Job): void => texts.forEach((text) => job.checkin(text as string));
  await new Promise((resolve) => {
    worker.run(
      parseEntry(RAW),
      RAW,
      jobType('n', {}, async (job) => Promise.resolve(job).then(handler)),
      resolve,
    );
  });
  expect(shown).toEqual([
    ...['row 1', expect.stringMatching(/^x{4000,4096}… \(cut\)$/)],
    ...['50', '{ a: 1 }', 'undefined', '\ufffd'],
  ]);
});
