import { Inject, Injectable } from '@nestjs/common';
import { Client, type MetricsRange } from '@nestcraft/work';
import { map } from 'rxjs';
import type { Asked } from '../requests/asked.js';
import { BusyWorkers } from '../views/busy-workers.js';
import { ACTIONS, type DashboardAction } from '../options/actions.js';
import { type WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import { SETS } from '../options/set-names.js';
import { Cache } from '../views/cache.js';
import { OPENAPI } from './openapi.js';
import { BulkTasks } from '../bulk/bulk-tasks.js';
import { jobName, oneOf, optional, text } from '../http/params.js';
import { Periodic } from '../views/periodic.js';
import { Presenters } from '../views/presenter.js';
import { Problem } from '../http/problem.js';
import type { RunningView } from '../views/job-view.js';
import type { MetricsView, RatesView } from '../views/metrics-view.js';
import type { ScheduleView } from '../views/schedule-view.js';
import type { SessionView } from '../views/session-view.js';
import type { Snapshot } from '../views/snapshot-view.js';
import { EventStream, type StreamEvent } from '../http/replies.js';
import { Change, Look } from '../requests/routes.js';
import { SEARCHED, Searches } from '../search/searches.js';
import { Snapshots } from '../views/snapshots.js';
import { DashboardTiming } from '../options/timing.js';
import { whileAllowed } from '../requests/while-allowed.js';

const RANGES: readonly MetricsRange[] = ['1h', '6h', '24h', '7d', '30d'];
// Milliseconds for which all viewers share an answer.
const FRESH = { metrics: 5_000, rates: 15_000, periodic: 5_000 } as const;

/** The routes of the dashboard that are not about single queues or jobs. */
@Injectable()
export class ApiRoutes {
  constructor(
    private readonly client: Client,
    private readonly snapshots: Snapshots,
    private readonly bulk: BulkTasks,
    private readonly searches: Searches,
    private readonly schedules: Periodic,
    private readonly busy: BusyWorkers,
    private readonly presenters: Presenters,
    private readonly cache: Cache,
    private readonly timing: DashboardTiming,
    @Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions,
  ) {}

  /** Describes this API, for programs. */
  @Look('api/openapi.json', 'view')
  async openapi(asked: Asked) {
    await asked.allow({});
    return OPENAPI;
  }

  /** Returns the user's permissions and the namespace. */
  @Look('api/me', 'view')
  async me(asked: Asked): Promise<SessionView> {
    await asked.allow({});
    const may = await Promise.all(ACTIONS.map((action) => asked.may(action, {})));
    const actions: DashboardAction[] = ACTIONS.filter((_, index) => may[index]);
    const { readOnly = false } = this.options;
    return { actions, readOnly, namespace: this.client.namespace };
  }

  /** Returns the current counts, queues, pools and running jobs. */
  @Look('api/snapshot', 'view')
  async snapshot(asked: Asked): Promise<Snapshot> {
    await asked.allow({});
    return this.snapshots.take(await asked.may('viewArgs', {}));
  }

  /** Streams the snapshot whenever it is read again: all viewers share one read. */
  @Look('api/events', 'view')
  async events(asked: Asked) {
    await asked.allow({});
    const showsArgs = await asked.may('viewArgs', {});
    return new EventStream(
      this.snapshots.live(showsArgs).pipe(
        map((data): StreamEvent =>
          data === undefined
            ? { type: 'unreachable', data: '{}' }
            : { type: 'snapshot', data, isPassing: true },
        ),
        whileAllowed(() => asked.isStillAllowed({}, showsArgs), this.timing),
      ),
    );
  }

  /** Returns a worker's running job with its complete arguments. */
  @Look('api/running/:worker', 'view')
  async running(asked: Asked): Promise<RunningView> {
    const worker = text('worker', asked.params.worker);
    const found = await this.busy.find(worker);
    const { jobName, jobId } = found?.observation ?? {};
    const resource = { worker, jobName, jobId };
    await asked.allow(resource);
    if (!found) throw new Problem(404, 'not_found', 'The worker is no longer busy.');
    return this.presenters.for(await asked.may('viewArgs', resource)).runningDetail(found);
  }

  /** Cancels a bulk task. A user who may begin such a task may cancel it. */
  @Change('api/bulk-tasks/:id/cancel', 'view')
  async cancel(asked: Asked): Promise<void> {
    const id = text('id', asked.params.id);
    const { action, resource } = await this.bulk.get(id);
    await asked.allow({ ...resource, bulkTask: id }, action);
    await this.bulk.cancel(id);
  }

  /**
   * Searches jobs for a text in their id, name, arguments or error, and streams hits as it finds them. The search ends
   * when the page closes the stream.
   */
  @Look('api/search', 'view')
  async search(asked: Asked) {
    const { query } = asked;
    const wanted = text('q', query.q, 200);
    const where = optional(query.in, (value) => oneOf('in', value, SEARCHED));
    const name = optional(query.name, (value) => jobName('name', value));
    const set = SETS.find((one) => one === where);
    const resource = { set, jobName: name };
    await asked.allow(resource);
    const showsArgs = await asked.may('viewArgs', resource);
    const search = { text: wanted, where: where ? [where] : SEARCHED, jobName: name, showsArgs };
    return new EventStream(
      this.searches
        .run(search)
        .pipe(whileAllowed(() => asked.isStillAllowed(resource, showsArgs), this.timing)),
    );
  }

  /** Returns the schedules that live pools register, with their next firings and last results. */
  @Look('api/periodic', 'view')
  async periodic(asked: Asked): Promise<{ schedules: readonly ScheduleView[] }> {
    await asked.allow({});
    return this.cache.read('periodic', FRESH.periodic, async () => ({
      schedules: await this.schedules.list(this.presenters.for(true)),
    }));
  }

  /** Enqueues a job of a schedule now. */
  @Change('api/periodic/run', 'run', { status: 200 })
  async run(asked: Asked) {
    const id = text('id', asked.body.id, 1_000);
    const schedule = await this.schedules.find(id);
    await asked.allow({ schedule: id, jobName: schedule?.jobName });
    if (schedule) return { result: await this.schedules.run(schedule) };
    throw new Problem(404, 'not_found', 'No running pool registers this schedule any longer.');
  }

  @Look('api/metrics', 'view')
  async metrics(asked: Asked): Promise<MetricsView> {
    const range = oneOf('range', asked.query.range ?? '1h', RANGES);
    const name = optional(asked.query.name, (value) => text('name', value));
    await asked.allow({ jobName: name });
    return this.cache.read(JSON.stringify(['metrics', range, name]), FRESH.metrics, async () => {
      const all = await this.client.metrics({ range, jobName: name });
      const { step, intervals, jobsSince, ...rest } = all;
      return {
        ...rest,
        step: step / 1000,
        jobsSince: jobsSince.getTime() / 1000,
        intervals: intervals.map((one) => ({ ...one, start: one.start.getTime() / 1000 })),
      };
    });
  }

  /** Returns the rates of each job name for each of the last 30 minutes. */
  @Look('api/rates', 'view')
  async rates(asked: Asked): Promise<{ jobs: readonly RatesView[] }> {
    await asked.allow({});
    return this.cache.read('rates', FRESH.rates, async () => ({ jobs: await this.client.rates() }));
  }
}
