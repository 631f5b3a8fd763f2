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
      rehearsal: Math.min(jobs, PER / 10),
      measure: async (contest, count) => {
        const empty = await contest.redis.memory();
        await contest.fill(count);
        const full = await contest.redis.memory();
        const before = await contest.redis.costs();
        const run = await contest.drain(count);
        const after = await contest.redis.costs();
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
