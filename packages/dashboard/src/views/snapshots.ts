import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import {
  catchError,
  exhaustMap,
  from,
  map,
  of,
  share,
  ReplaySubject,
  Subject,
  takeUntil,
  timer,
  type Observable,
} from 'rxjs';
import { BusyWorkers, type BusyWorker } from './busy-workers.js';
import { BulkTasks } from '../bulk/bulk-tasks.js';
import { Presenters } from './presenter.js';
import type { Snapshot } from './snapshot-view.js';
import { DashboardTiming } from '../options/timing.js';

/** The result of one read. The shown job data depends on the viewer. */
interface Look extends Omit<Snapshot, 'running'> {
  readonly workers: readonly BusyWorker[];
}

// A longer list would be of no use.
const MAX_RUNNING = 1_000;
const MAX_STALLS = 20;

/** Reads Redis for all viewers together: once every two seconds, and only while someone is watching. */
@Injectable()
export class Snapshots implements OnModuleDestroy {
  private readonly texts = new WeakMap<Look, Map<boolean, string>>();
  private readonly ended = new Subject<void>();
  private readonly looks: Observable<Look | undefined>;

  constructor(
    private readonly client: Client,
    private readonly busy: BusyWorkers,
    private readonly presenters: Presenters,
    private readonly bulk: BulkTasks,
    timing: DashboardTiming,
  ) {
    this.looks = timer(0, timing.look).pipe(
      exhaustMap(() => from(this.look()).pipe(catchError(() => of(undefined)))),
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
      takeUntil(this.ended),
    );
  }

  /**
   * Streams snapshots as JSON, serialised once for all viewers with the same permissions; `undefined` if Redis did not
   * answer.
   */
  live(showsArgs: boolean): Observable<string | undefined> {
    return this.looks.pipe(map((look) => look && this.textOf(look, showsArgs)));
  }

  async take(showsArgs: boolean): Promise<Snapshot> {
    return this.snapshotOf(await this.look(), showsArgs);
  }

  /** Ends all streams, because the application would otherwise wait for them when it closes. */
  onModuleDestroy(): void {
    this.ended.next();
  }

  private textOf(look: Look, showsArgs: boolean): string {
    const texts = this.texts.get(look) ?? new Map<boolean, string>();
    this.texts.set(look, texts);
    const text = texts.get(showsArgs) ?? JSON.stringify(this.snapshotOf(look, showsArgs));
    texts.set(showsArgs, text);
    return text;
  }

  private snapshotOf({ workers, ...rest }: Look, showsArgs: boolean): Snapshot {
    const presenter = this.presenters.for(showsArgs);
    return { ...rest, running: workers.map((worker) => presenter.running(worker)) };
  }

  private async look(): Promise<Look> {
    const [counts, queues, pools, bulkTasks, stalls] = await Promise.all([
      this.client.counts(),
      this.client.queues.list(),
      this.client.pools.list(),
      this.bulk.list(),
      this.client.stalls.list(),
    ]);
    const presenter = this.presenters.for(false); // shows all of these fields
    const workers = await this.busy.list(pools);
    const busy = countBy(workers.map(({ pool }) => pool?.workerPoolId ?? ''));
    const nameLists = new Map(pools.map(({ jobNames }) => [jobNames.join(), jobNames]));
    const lists = [...nameLists.keys()];
    const serving = countBy(pools.flatMap(({ jobNames }) => jobNames));
    return {
      time: Date.now(),
      counts,
      queues: queues.map((queue) => presenter.queue(queue, serving.get(queue.jobName) ?? 0)),
      pools: pools.map((pool) =>
        presenter.pool(pool, {
          busy: busy.get(pool.workerPoolId) ?? 0,
          nameList: lists.indexOf(pool.jobNames.join()),
        }),
      ),
      nameLists: [...nameLists.values()],
      workers: workers.slice(0, MAX_RUNNING),
      busy: workers.length,
      stalls: stalls.slice(0, MAX_STALLS).map((stall) => presenter.stall(stall)),
      stalling: stalls.length,
      bulkTasks,
    };
  }
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
