import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, Workload } from './workload.js';

const NAMES = 200;
const CONCURRENCY = 5;
const MAX_SECONDS = 10;
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
      count: Math.min(MAX_SECONDS, flow),
      trims: false,
      warmUp: 0,
      measure: async (trial, seconds) => {
        await trial.start('noop', pools);
        await sleep(Math.min(SETTLING, seconds * 1000));
        const { sent, inScripts } = await trial.redis.traffic(seconds);
        await trial.stop(0);
        return { sent, inScripts };
      },
    })),
};
