import type { Competitor } from './competitor.js';

/** Something that every competitor does, timed. */
export interface Workload {
  readonly name: string;
  readonly what: string;
  /** Does it once; returns jobs per second. @throws Error when not exactly `count` jobs were done */
  measure(competitor: Competitor, count: number): Promise<number>;
}

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'drain',
    what: 'from the start of the workers until the last of the waiting jobs is settled',
    async measure(competitor, count) {
      await competitor.enqueueBulk(count);
      return rate(count, async () => {
        const ran = await competitor.drain(count);
        if (ran !== count) throw new Error(`${competitor.name} ran ${ran} of ${count} jobs`);
      });
    },
  },
  {
    name: 'bulk',
    what: 'enqueueing by bulk calls of 1000 jobs, one after the other',
    measure: (competitor, count) => rate(count, () => competitor.enqueueBulk(count)),
  },
  {
    name: 'concurrent',
    what: 'enqueueing by one call for each job, all at once',
    measure: (competitor, count) => rate(count, () => competitor.enqueueConcurrently(count)),
  },
];

async function rate(count: number, act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return count / ((performance.now() - start) / 1000);
}
