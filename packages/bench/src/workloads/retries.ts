import { RATE, rateOf, type Workload } from './workload.js';

const MAX_JOBS = 20_000;

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
      count: Math.min(jobs, MAX_JOBS),
      trims: false,
      warmUp: Math.min(jobs, MAX_JOBS / 10),
      measure: async (trial, count) => {
        await trial.fill(count, { flaky: true });
        return { rate: rateOf(await trial.drain(count, { work: 'flaky' })) };
      },
    },
  ],
};
