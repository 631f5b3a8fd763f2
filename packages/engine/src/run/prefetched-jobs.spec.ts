import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { PrefetchedJobs } from './prefetched-jobs.js';

const entries = Array.from({ length: 1_000 }, (_, i) => ({ jobName: 'n', raw: String(i) }));

it('returns jobs in their order, and the time since which the first waits', () => {
  const jobs = new PrefetchedJobs();
  for (const [at, entry] of entries.entries()) jobs.add(entry, at);
  for (const [at, entry] of entries.slice(0, 700).entries()) {
    expect(jobs.since).toBe(at);
    expect(jobs.take()).toBe(entry);
  }
  expect(jobs.size).toBe(300);
  expect(jobs.entries).toEqual(entries.slice(700));
  expect(jobs.takeAll()).toEqual(entries.slice(700));
  expect([jobs.size, jobs.since, jobs.take()]).toEqual([0, undefined, undefined]);
});

it('keeps nothing that was taken in memory, once all were', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const jobs = new PrefetchedJobs();
  const taken = (): WeakRef<object> => {
    jobs.add({ jobName: 'n', raw: 'x'.repeat(1_000) }, 0);
    return new WeakRef(jobs.take() ?? {});
  };
  const job = taken();
  await new Promise(setImmediate); // Until then what a WeakRef points to is kept in any case.
  collectGarbage();
  expect(job.deref()).toBeUndefined();
  expect(jobs.size).toBe(0);
});
