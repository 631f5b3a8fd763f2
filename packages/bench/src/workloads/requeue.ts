import { setTimeout as sleep } from 'node:timers/promises';
import { RATE, rateOf, type Workload } from './workload.js';

const HOUR = 3_600;

export const requeue: Workload = {
  name: 'requeue',
  what: 'scheduled jobs that are all due: from the start of the workers until all are in their queues, and until all are done',
  metrics: [
    { key: 'moved', title: 'moved', unit: '/s', better: 'more' },
    { ...RATE, title: 'done' },
  ],
  cases: ({ jobs, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'schedule',
      concurrency,
      names: nameCount,
      count: jobs,
      trims: true,
      measure: async (trial, count) => {
        const { competitor, redis, setting } = trial;
        const { sets, perSecond } = competitor.delayed ?? { sets: () => [], perSecond: 1 };
        const delayed = sets(setting.namespace, setting.jobNames);
        await trial.fill(count, { way: 'schedule', at: Date.now() + HOUR * 1000 });
        await redis.age(delayed, 2 * HOUR * perSecond);
        if ((await redis.members(delayed)) !== count) {
          throw new Error(`${competitor.title} has not scheduled ${count} jobs.`);
        }
        const start = performance.now();
        const running = trial.drain(count);
        while ((await redis.members(delayed)) > 0) await sleep(1);
        const seconds = (performance.now() - start) / 1000;
        return { moved: count / seconds, rate: rateOf(await running) };
      },
    },
  ],
};
