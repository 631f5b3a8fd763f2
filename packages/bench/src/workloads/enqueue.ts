import { RATE, type Workload } from './workload.js';

const CALLERS = 100;

const WAYS = [
  { title: 'one by one', needs: 'enqueue', plan: { way: 'single' } },
  {
    title: `${CALLERS} callers at once`,
    needs: 'enqueue',
    plan: { way: 'callers', callers: CALLERS },
  },
  { title: 'in bulk, 1000 a call', needs: 'bulk', plan: { way: 'bulk' } },
] as const;

export const enqueue: Workload = {
  name: 'enqueue',
  what: 'until Redis has confirmed the last job',
  metrics: [RATE],
  cases: ({ jobs, concurrency, nameCount }) =>
    WAYS.map(({ title, needs, plan }) => ({
      title,
      needs,
      concurrency,
      names: nameCount,
      count: jobs,
      trims: true,
      measure: async (trial, count) => {
        const { seconds } = await trial.enqueue({ count, ...plan });
        return { rate: count / seconds };
      },
    })),
};
