import { percentile } from '../statistics.js';
import type { Workload } from './workload.js';

const RATE = 1_000;
const WARM_UP_SECONDS = 1;

export const steadyFlow: Workload = {
  name: 'flow',
  what: `${RATE} jobs a second from another process: from the call that enqueues to the start of the handler`,
  metrics: [
    { key: 'p50', title: 'p50', unit: 'ms', better: 'less' },
    { key: 'p99', title: 'p99', unit: 'ms', better: 'less' },
    { key: 'p999', title: 'p99.9', unit: 'ms', better: 'less' },
  ],
  rounds: 1,
  cases: ({ flow, concurrency, nameCount }) => [
    {
      title: '',
      needs: 'serve',
      concurrency,
      names: nameCount,
      count: RATE * flow,
      trims: false,
      warmUp: RATE * WARM_UP_SECONDS,
      measure: async (trial, count) => {
        const { producer, workers } = trial.processes;
        await trial.start('timed');
        const sent = await trial.producing(() =>
          producer.ask('pace', { rate: RATE, seconds: count / RATE }),
        );
        await workers.ask('begun', { count: sent.count });
        const { latencies } = await trial.stop(sent.count);
        const ms = (share: number): number => percentile(latencies, share) / 1000;
        return { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999) };
      },
    },
  ],
};
