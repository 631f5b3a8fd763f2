import { Injectable } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import { catchError, exhaustMap, from, of, shareReplay, timer, type Observable } from 'rxjs';
import { Presenter } from './presenter.js';

const INTERVAL = 2_000;

/** What the page shows at all times: counts, queues, workers. */
export interface Snapshot {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly counts: { readonly scheduled: number; readonly retry: number; readonly dead: number };
  readonly queues: readonly ReturnType<Presenter['queue']>[];
  readonly pools: readonly ReturnType<Presenter['pool']>[];
  readonly running: readonly ReturnType<Presenter['observation']>[];
}

// A page that lists more does not help anybody.
const MOST_RUNNING = 1_000;

/** Looks at Redis for all viewers together: once every two seconds, and only while somebody watches. */
@Injectable()
export class Snapshots {
  /** Snapshots; or `undefined` where Redis did not answer. */
  readonly live: Observable<Snapshot | undefined>;

  constructor(
    private readonly client: Client,
    private readonly presenter: Presenter,
  ) {
    this.live = timer(0, INTERVAL).pipe(
      exhaustMap(() => from(this.take()).pipe(catchError(() => of(undefined)))),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
  }

  async take(): Promise<Snapshot> {
    const [counts, queues, pools, observations] = await Promise.all([
      this.client.counts(),
      this.client.queues(),
      this.client.workerPoolHeartbeats(),
      this.client.workerObservations(),
    ]);
    const poolOf = new Map(
      pools.flatMap((pool) => pool.workerIds.map((id) => [id, pool] as const)),
    );
    const busy = new Map<string, number>();
    for (const { workerId } of observations) {
      const id = poolOf.get(workerId)?.workerPoolId ?? '';
      busy.set(id, (busy.get(id) ?? 0) + 1);
    }
    return {
      time: Date.now(),
      counts,
      queues: queues.map((queue) => this.presenter.queue(queue, pools)),
      pools: pools.map((pool) => this.presenter.pool(pool, busy.get(pool.workerPoolId) ?? 0)),
      running: observations
        .slice(0, MOST_RUNNING)
        .map((one) => this.presenter.observation(one, poolOf.get(one.workerId))),
    };
  }
}
