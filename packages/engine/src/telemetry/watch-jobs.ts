import { systemClock, unixSeconds } from '../base/clock.js';
import type { Enqueuer } from '../enqueue/enqueuer.js';
import type { RunResult } from '../metrics/tally.js';
import type { Fate } from '../run/fate.js';
import { FATES } from '../run/fate-table.js';
import type { Job } from '../job/job.js';
import type { WorkerPool } from '../pool/worker-pool.js';
import { boundedNames } from './bounded-names.js';

/** Meters that count the jobs of this process. */
export interface JobMeters {
  /** Counts jobs of a name that Redis has accepted. */
  enqueued(jobName: string, count: number): void;
  /** Counts a started job that had waited for `wait` seconds, a whole number because entries hold whole seconds. */
  started(jobName: string, wait: number): void;
  /** Counts a run that has ended and whose fate Redis has recorded. */
  settled(jobName: string, run: SettledRun): void;
}

export interface SettledRun {
  readonly fate: Fate['kind'];
  /** The counted result of the run; `undefined` if the job neither succeeded nor failed. */
  readonly result: RunResult | undefined;
  /** The error that the handler threw; `undefined` if it threw none. */
  readonly error: unknown;
  /** The duration of the run, in seconds. */
  readonly duration: number;
}

/** A pool with any context. */
export type WatchedPool = Pick<WorkerPool, 'on' | 'busy' | 'concurrency' | 'isReady' | 'stalls'>;

/** Makes `meters` count from now on. Job names beyond the first 500 count as `(other)`. */
export function watchJobs(
  { enqueuer, pool }: { enqueuer?: Enqueuer | undefined; pool?: WatchedPool | undefined },
  meters: JobMeters,
): void {
  const nameOf = boundedNames();
  enqueuer?.middleware(async (_jobs, next) => {
    for (const [name, count] of countByName(await next(), nameOf)) meters.enqueued(name, count);
  });
  pool?.on('started', ({ name, enqueuedAt }) => {
    const wait = unixSeconds(systemClock) - enqueuedAt.getTime() / 1000;
    meters.started(nameOf(name), Math.max(0, wait));
  });
  pool?.on('settled', ({ job, fate, error, duration }) => {
    const { kind } = fate;
    const result = FATES[kind].runResult;
    meters.settled(nameOf(job.name), { fate: kind, result, error, duration: duration / 1000 });
  });
}

function countByName(
  jobs: readonly Job[],
  nameOf: (jobName: string) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    const name = nameOf(job.name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
