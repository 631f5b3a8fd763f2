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
      measure: async (contest, count) => {
        await contest.fill(count);
        return { rate: rateOf(await contest.drain(count)) };
      },
    },
  ],
};
