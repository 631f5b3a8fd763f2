import { RATE, rateOf, type Workload } from './workload.js';

export const asyncHandlers: Workload = {
  name: 'async',
  what: 'handlers that wait for 1 ms',
  metrics: [RATE, { key: 'ofIdeal', title: 'of what 1 ms allows', unit: '%', better: 'more' }],
  cases: ({ jobs, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'serve',
      concurrency,
      names: nameCount,
      count: jobs,
      trims: true,
      measure: async (trial, count) => {
        await trial.fill(count);
        const rate = rateOf(await trial.drain(count, { work: 'sleep' }));
        return { rate, ofIdeal: (rate / (concurrency * 1000)) * 100 };
      },
    },
  ],
};
