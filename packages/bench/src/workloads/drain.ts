import { RATE, rateOf, type Workload } from './workload.js';

export const drain: Workload = {
  name: 'drain',
  what: 'no-op jobs that wait, from the first one that is run until the last one is settled',
  metrics: [RATE],
  cases: ({ concurrencies, names, jobs }) =>
    names.flatMap((nameCount) =>
      concurrencies.map((concurrency) => ({
        title: `${nameCount} ${nameCount === 1 ? 'name' : 'names'}, concurrency ${concurrency}`,
        needs: 'drain' as const,
        concurrency,
        names: nameCount,
        count: jobs,
        trims: true,
        measure: async (trial, count) => {
          await trial.fill(count);
          return { rate: rateOf(await trial.drain(count)) };
        },
      })),
    ),
};
