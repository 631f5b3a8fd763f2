import { Injectable } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import { catchError, exhaustMap, from, map, of, shareReplay, timer, type Observable } from 'rxjs';
import { BusyWorkers } from './busy-workers.js';
import { Operations, type Operation } from './operations.js';
import { Presenter, type RunningView } from './presenter.js';

const INTERVAL = 2_000;

/** What the page shows at all times: counts, queues, workers. */
export interface Snapshot {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly counts: { readonly scheduled: number; readonly retry: number; readonly dead: number };
  readonly queues: readonly ReturnType<Presenter['queue']>[];
  readonly pools: readonly ReturnType<Presenter['pool']>[];
  /** The lists of job names that pools have; many have the same. */
  readonly nameLists: readonly (readonly string[])[];
  /** The thousand that have run for the longest time. */
  readonly running: readonly RunningView[];
  /** How many workers are busy. */
  readonly busy: number;
  /** The work on many jobs that is under way in this process, or was lately. */
  readonly operations: readonly Operation[];
}

// A page that lists more does not help anybody.
const MOST_RUNNING = 1_000;

/** Looks at Redis for all viewers together: once every two seconds, and only while somebody watches. */
@Injectable()
export class Snapshots {
  /** Snapshots as JSON, written once for all; or `undefined` where Redis did not answer. */
  readonly live: Observable<string | undefined>;

  constructor(
    private readonly client: Client,
    private readonly busy: BusyWorkers,
    private readonly presenter: Presenter,
    private readonly operations: Operations,
  ) {
    this.live = timer(0, INTERVAL).pipe(
      exhaustMap(() =>
        from(this.take()).pipe(
          map((snapshot) => JSON.stringify(snapshot)),
          catchError(() => of(undefined)),
        ),
      ),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
  }

  async take(): Promise<Snapshot> {
    const [counts, queues, pools] = await Promise.all([
      this.client.counts(),
      this.client.queues(),
      this.client.workerPoolHeartbeats(),
    ]);
    const workers = await this.busy.list(pools);
    const busy = countBy(workers.map(({ pool }) => pool?.workerPoolId ?? ''));
    const nameLists = new Map(pools.map(({ jobNames }) => [jobNames.join(), jobNames]));
    const lists = [...nameLists.keys()];
    const serving = countBy(pools.flatMap(({ jobNames }) => jobNames));
    return {
      time: Date.now(),
      counts,
      queues: queues.map((queue) => this.presenter.queue(queue, serving.get(queue.jobName) ?? 0)),
      pools: pools.map((pool) =>
        this.presenter.pool(pool, {
          busy: busy.get(pool.workerPoolId) ?? 0,
          nameList: lists.indexOf(pool.jobNames.join()),
        }),
      ),
      nameLists: [...nameLists.values()],
      running: workers.slice(0, MOST_RUNNING).map((one) => this.presenter.running(one)),
      busy: workers.length,
      operations: this.operations.list(),
    };
  }
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
