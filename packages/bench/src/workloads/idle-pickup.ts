import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trial } from '../trial.js';
import { now, PAYLOAD } from '../jobs.js';
import { percentile } from '../statistics.js';
import type { Case, Workload } from './workload.js';

// Milliseconds until the next job: longer than it takes a pool to become idle, and to sleep as deeply as it will.
const GAP = 500;
const SAMPLES = 8;
const CONCURRENCY = 10;

const how = (flow: number): Omit<Case, 'title' | 'needs' | 'measure'> => ({
  concurrency: CONCURRENCY,
  names: 1,
  count: Math.min(SAMPLES, flow),
  trims: false,
  warmUp: 1,
});

export const idlePickup: Workload = {
  name: 'idle',
  what: 'a single job into an idle pool: from the call that enqueues to the start of the handler',
  metrics: [
    { key: 'p50', title: 'p50', unit: 'ms', better: 'less' },
    { key: 'max', title: 'slowest', unit: 'ms', better: 'less' },
  ],
  cases: ({ flow }) => [
    {
      ...how(flow),
      title: 'its own enqueuer',
      needs: 'serve',
      measure: (trial, count) => {
        const send = () =>
          trial.processes.producer.ask('enqueue', { count: 1, way: 'single', timed: true });
        return trial.producing(() => pickUp(trial, count, send));
      },
    },
    {
      ...how(flow),
      title: 'a plain LPUSH',
      needs: 'lpush',
      measure: (trial, count) => pickUp(trial, count, () => push(trial)),
    },
  ],
};

async function pickUp(trial: Trial, count: number, send: () => Promise<unknown>) {
  await trial.start('timed');
  for (let sent = 1; sent <= count; sent++) {
    await sleep(GAP);
    await send();
    await trial.processes.workers.ask('begun', { count: sent });
  }
  const { latencies } = await trial.stop(count);
  return { p50: percentile(latencies, 0.5) / 1000, max: percentile(latencies, 1) / 1000 };
}

/** As any program would enqueue that knows gocraft/work's format. */
function push({ setting, redis }: Trial): Promise<void> {
  const [name = ''] = setting.jobNames;
  const [id, t] = [randomBytes(12).toString('hex'), Math.floor(Date.now() / 1000)];
  const entry = JSON.stringify({ name, id, t, args: { ...PAYLOAD, sentAt: now() } });
  return redis.lpush(`${setting.namespace}:jobs:${name}`, entry);
}
