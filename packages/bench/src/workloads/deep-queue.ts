import type { Trial } from '../trial.js';
import { summarise } from '../statistics.js';
import { rateOf, type Workload } from './workload.js';

const SHALLOW = 10_000;
const TURNS = 3;

export const deepQueue: Workload = {
  name: 'deep',
  what: `the same ${SHALLOW.toLocaleString('en')} jobs run from a queue that is short, and from one that is long`,
  metrics: [
    { key: 'shallow', title: 'short queue', unit: '/s', better: 'more' },
    { key: 'deep', title: 'long queue', unit: '/s', better: 'more' },
    { key: 'ratio', title: 'cost per job, long ÷ short', unit: '×', better: 'less' },
    { key: 'bytes', title: 'Redis memory per queued job', unit: 'bytes', better: 'less' },
  ],
  rounds: 1,
  cases: ({ depth, jobs, concurrency, nameCount }) => [
    {
      title: `${depth.toLocaleString('en')} queued`,
      needs: 'halt',
      concurrency,
      names: nameCount,
      count: depth,
      trims: false,
      warmUp: Math.min(SHALLOW, depth),
      measure: async (trial, count) => {
        // Workers take some more until they have stopped: the queue must outlast all turns.
        const batch = Math.min(SHALLOW, jobs, Math.floor(count / (4 * TURNS)));
        const before = await trial.redis.memory();
        await trial.fill(count);
        const bytes = ((await trial.redis.memory()) - before) / count;
        const rates = await takeTurns(trial, batch);
        return { ...rates, bytes, ratio: rates.shallow / rates.deep };
      },
    },
  ],
};

/** Runs a batch from the long queue and one from a short one, in turns, so that noise hits both alike. */
async function takeTurns(trial: Trial, batch: number) {
  const [deep, shallow]: [number[], number[]] = [[], []];
  for (let turn = 1; turn <= TURNS; turn++) {
    const short = { ...trial.setting, namespace: `${trial.setting.namespace}-short-${turn}` };
    await trial.fill(batch, {}, short);
    shallow.push(rateOf(await trial.drain(batch, short)));
    deep.push(rateOf(await trial.drainSome(batch)));
  }
  return { shallow: summarise(shallow).median, deep: summarise(deep).median };
}
