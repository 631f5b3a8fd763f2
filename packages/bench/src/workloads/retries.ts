import { RATE, rateOf, type Workload } from './workload.js';

const MOST_JOBS = 20_000;

export const retries: Workload = {
  name: 'retries',
  what: 'every fifth job fails once and is retried at once: until all are done',
  metrics: [RATE],
  cases: ({ jobs, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'retry',
      concurrency,
      names: nameCount,
      count: Math.min(jobs, MOST_JOBS),
      trims: false,
      rehearsal: Math.min(jobs, MOST_JOBS / 10),
      measure: async (contest, count) => {
        await contest.fill(count, { flaky: true });
        return { rate: rateOf(await contest.drain(count, { work: 'flaky' })) };
      },
    },
  ],
};
