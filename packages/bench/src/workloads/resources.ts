import { rateOf, RATE, type Workload } from './workload.js';

const PER = 100_000;
const MB = 1024 * 1024;

export const resources: Workload = {
  name: 'resources',
  what: `what ${PER.toLocaleString('en')} no-op jobs take to be run`,
  metrics: [
    RATE,
    { key: 'cpu', title: 'CPU of the workers', unit: 's', better: 'less' },
    { key: 'redisCpu', title: 'CPU of Redis', unit: 's', better: 'less' },
    { key: 'peak', title: 'peak memory of the workers', unit: 'MB', better: 'less' },
    { key: 'redisMemory', title: 'memory of Redis, all queued', unit: 'MB', better: 'less' },
    { key: 'commands', title: 'Redis commands per job, in scripts too', unit: '', better: 'less' },
  ],
  cases: ({ jobs, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'drain',
      concurrency,
      names: nameCount,
      count: jobs,
      trims: false,
      warmUp: Math.min(jobs, PER / 10),
      measure: async (trial, count) => {
        const empty = await trial.redis.memory();
        await trial.fill(count);
        const full = await trial.redis.memory();
        const before = await trial.redis.costs();
        const run = await trial.drain(count);
        const after = await trial.redis.costs();
        const scale = PER / count;
        return {
          rate: rateOf(run),
          cpu: run.cpuSeconds * scale,
          redisCpu: (after.cpuSeconds - before.cpuSeconds) * scale,
          peak: run.peakBytes / MB,
          redisMemory: ((full - empty) / MB) * scale,
          commands: (after.commands - before.commands) / count,
        };
      },
    },
  ],
};
