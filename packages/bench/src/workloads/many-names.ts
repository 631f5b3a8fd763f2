import { RATE, rateOf, type Case, type Workload } from './workload.js';

const MAX_JOBS = 50_000;

const SHAPES = [
  { names: 5, pools: 1, concurrency: 100 },
  { names: 200, pools: 1, concurrency: 100 },
  { names: 200, pools: 20, concurrency: 5 },
];

export const manyNames: Workload = {
  name: 'names',
  what: 'no-op jobs of few and of many names, enqueued while one or many pools in one process run them',
  metrics: [RATE, { key: 'redis', title: 'Redis CPU per job', unit: 'µs', better: 'less' }],
  cases: ({ jobs }) =>
    SHAPES.map(({ names, pools, concurrency }): Case => ({
      title: `${names} names, ${pools} ${pools === 1 ? 'pool' : 'pools'} of ${concurrency}`,
      needs: pools === 1 ? 'serve' : 'pools',
      names,
      concurrency,
      count: Math.min(jobs, MAX_JOBS),
      trims: true,
      measure: async (trial, count) => {
        await trial.start('noop', pools);
        const before = await trial.redis.costs();
        await trial.fill(count);
        await trial.processes.workers.ask('begun', { count });
        const { cpuSeconds } = await trial.redis.costs();
        const run = await trial.stop(count);
        return { rate: rateOf(run), redis: ((cpuSeconds - before.cpuSeconds) / count) * 1e6 };
      },
    })),
};
