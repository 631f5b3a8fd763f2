import { expect, it } from '@jest/globals';
import { PrefetchedJobs } from './prefetched-jobs.js';

const entries = Array.from({ length: 1_000 }, (_, i) => ({ jobName: 'n', raw: String(i) }));

it('gives jobs in the order in which they came, and tells since when the first waits', () => {
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
