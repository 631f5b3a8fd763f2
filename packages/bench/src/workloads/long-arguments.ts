import { RATE, rateOf, type Workload } from './workload.js';

const KB = 1_000;
const CONCURRENCY = 10;
/** As many jobs as a second or two are full of. */
const COUNTS: readonly (readonly [kilobytes: number, jobs: number])[] = [
  [1, 40_000],
  [10, 16_000],
  [100, 3_000],
];

export const longArguments: Workload = {
  name: 'long',
  what: 'no-op jobs with a long text in their arguments, concurrency 10, from the first one that is run until the last one is settled',
  metrics: [RATE],
  cases: ({ jobs }) =>
    COUNTS.map(([kilobytes, max]) => ({
      title: `${kilobytes} kB`,
      needs: 'long',
      concurrency: CONCURRENCY,
      names: 1,
      count: Math.min(jobs, max),
      trims: true,
      measure: async (trial, count) => {
        await trial.fill(count, { textBytes: kilobytes * KB });
        return { rate: rateOf(await trial.drain(count)) };
      },
    })),
};
