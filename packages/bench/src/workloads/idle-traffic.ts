import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, Workload } from './workload.js';

const NAMES = 200;
const CONCURRENCY = 5;
const MOST_SECONDS = 10;
// Milliseconds until a pool that has just started sleeps as deeply as it will.
const SETTLING = 3_000;

export const idleTraffic: Workload = {
  name: 'traffic',
  what: 'what idle pools ask of Redis',
  metrics: [
    { key: 'sent', title: 'commands sent', unit: '/s', better: 'less' },
    { key: 'inScripts', title: 'commands in scripts', unit: '/s', better: 'less' },
  ],
  rounds: 1,
  cases: ({ flow }) =>
    [1, 20].map((pools): Case => ({
      title: `${pools} idle ${pools === 1 ? 'pool' : 'pools'} of ${CONCURRENCY}, ${NAMES} names`,
      needs: pools === 1 ? 'serve' : 'pools',
      names: NAMES,
      concurrency: CONCURRENCY,
      count: Math.min(MOST_SECONDS, flow),
      trims: false,
      rehearsal: 0,
      measure: async (contest, seconds) => {
        await contest.start('noop', pools);
        await sleep(Math.min(SETTLING, seconds * 1000));
        const { sent, inScripts } = await contest.redis.traffic(seconds);
        await contest.stop(0);
        return { sent, inScripts };
      },
    })),
};
