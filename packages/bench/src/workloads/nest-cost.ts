import { RATE, rateOf, type Workload } from './workload.js';

export const nestCost: Workload = {
  name: 'nest',
  what: 'no-op jobs by `@JobHandler` in a Nest application, against the engine alone',
  metrics: [RATE],
  cases: ({ jobs, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'nest',
      concurrency,
      names: nameCount,
      count: jobs,
      trims: true,
      measure: async (trial, count) => {
        await trial.fill(count);
        return { rate: rateOf(await trial.drain(count)) };
      },
    },
  ],
};
