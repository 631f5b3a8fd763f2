import { Body, Get, HttpCode, Inject, Param, Post, Query, Req, Sse } from '@nestjs/common';
import type { MessageEvent } from '@nestjs/common';
import {
  Client,
  parseSchedule,
  type BulkOptions,
  type BulkResult,
  type JobPage,
  type MetricsRange,
  type Revived,
  type TimedJob,
} from '@nestcraft/work';
import { map, type Observable } from 'rxjs';
import { AccessGuard, Action } from './access.guard.js';
import { ACTIONS, type DashboardRequest, type WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';
import { Operations, type Operation } from './operations.js';
import { integer, jobRefs, oneOf, text } from './params.js';
import { Presenter } from './presenter.js';
import { Problem } from './problem.js';
import { redisHealth } from './redis-health.js';
import { Searches } from './searches.js';
import { Snapshots } from './snapshots.js';

const SETS = ['scheduled', 'retry', 'dead'] as const;
const RANGES: readonly MetricsRange[] = ['1h', '6h', '24h', '7d', '30d'];
const LAST_PAGE = 1_000_000;
const LONGEST_PAUSE = 365 * 24 * 3600;
const MOST_SELECTED = 200;
const NEXT_FIRINGS = 5;

type SetName = (typeof SETS)[number];
interface JobRef {
  readonly at: Date;
  readonly id: string;
}

/** The dashboard's JSON API. Its routes are made by `controllersAt`. */
export class ApiController {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(Presenter) private readonly presenter: Presenter,
    @Inject(Snapshots) private readonly snapshots: Snapshots,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(Searches) private readonly searches: Searches,
    @Inject(AccessGuard) private readonly guard: AccessGuard,
    @Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions,
  ) {}

  /** What the user may do. */
  @Get('me')
  @Action('view')
  async me(@Req() request: DashboardRequest) {
    const actions = await this.guard.allowed(request, ACTIONS);
    return { actions, readOnly: this.options.readOnly ?? false };
  }

  /** Counts, queues, pools and what runs, now. */
  @Get('snapshot')
  @Action('view')
  snapshot() {
    return this.snapshots.take();
  }

  /** The same, whenever it was looked at again: one look for all viewers. */
  @Sse('events')
  @Action('view')
  events(): Observable<MessageEvent> {
    return this.snapshots.live.pipe(
      map((snapshot) =>
        snapshot === undefined
          ? { type: 'unreachable', data: '{}' }
          : {
              type: 'snapshot',
              data: JSON.stringify({ ...snapshot, operations: this.operations.list() }),
            },
      ),
    );
  }

  @Get('queues/:name/jobs')
  @Action('view')
  async waiting(@Param('name') name: string, @Query('page') page = '1') {
    const { jobs, total } = await this.client.jobs(name, integer('page', page, 1, LAST_PAGE));
    return { total, jobs: jobs.map((job) => this.presenter.waiting(job)) };
  }

  @Post('queues/:name/pause')
  @HttpCode(204)
  @Action('pause')
  async pause(@Param('name') name: string, @Body() body: Fields = {}): Promise<void> {
    const seconds =
      body.seconds === undefined ? undefined : integer('seconds', body.seconds, 1, LONGEST_PAUSE);
    await this.client.pause(name, { seconds });
  }

  @Post('queues/:name/unpause')
  @HttpCode(204)
  @Action('pause')
  async unpause(@Param('name') name: string): Promise<void> {
    await this.client.unpause(name);
  }

  @Post('queues/:name/limit')
  @HttpCode(204)
  @Action('limit')
  async limit(@Param('name') name: string, @Body() body: Fields = {}): Promise<void> {
    await this.client.setMaxConcurrency(name, integer('limit', body.limit, 0, 1_000_000));
  }

  @Post('queues/:name/empty')
  @HttpCode(202)
  @Action('empty')
  empty(@Param('name') name: string): Operation {
    return this.operations.start(`empty the queue ${name}`, ({ signal, onProgress }) =>
      this.client.emptyQueue(name, { signal, onProgress }),
    );
  }

  @Get('jobs/:set')
  @Action('view')
  async page(@Param('set') set: string, @Query('page') page = '1') {
    const pages = this.forSet(set).page;
    const { jobs, total } = await pages(integer('page', page, 1, LAST_PAGE));
    return { total, jobs: jobs.map((job) => this.presenter.timed(job)) };
  }

  @Get('jobs/:set/:at/:id')
  @Action('view')
  async job(@Param('set') set: string, @Param('at') at: string, @Param('id') id: string) {
    const ref = { at: new Date(integer('at', at, -1e12, 1e12) * 1000), id: text('id', id, 1_000) };
    const job = await this.forSet(set).job(ref);
    if (!job) throw new Problem(404, 'not_found', 'The job is not there any more.');
    return this.presenter.detail(job);
  }

  /** Puts some jobs into their queues now: retries the dead, runs the others early. */
  @Post('jobs/:set/enqueue')
  @HttpCode(200)
  @Action('retry')
  async enqueue(@Param('set') set: string, @Body() body: Fields = {}) {
    const { enqueue } = this.forSet(set);
    const results = await Promise.all(jobRefs('jobs', body.jobs, MOST_SELECTED).map(enqueue));
    return { results };
  }

  @Post('jobs/:set/delete')
  @HttpCode(200)
  @Action('delete')
  async delete(@Param('set') set: string, @Body() body: Fields = {}) {
    const { remove } = this.forSet(set);
    const removed = await Promise.all(jobRefs('jobs', body.jobs, MOST_SELECTED).map(remove));
    return { results: removed.map((was) => (was ? 'deleted' : 'gone')) };
  }

  @Post('jobs/:set/enqueue-all')
  @HttpCode(202)
  @Action('retry')
  enqueueAll(@Param('set') set: string, @Body() body: Fields = {}): Operation {
    const { enqueueAll } = this.forSet(set);
    const jobName = nameIn(body);
    return this.operations.start(titleOf('enqueue', set, jobName), (options) =>
      enqueueAll({ ...options, jobName }),
    );
  }

  @Post('jobs/:set/delete-all')
  @HttpCode(202)
  @Action('delete')
  deleteAll(@Param('set') set: string, @Body() body: Fields = {}): Operation {
    const { removeAll } = this.forSet(set);
    const jobName = nameIn(body);
    return this.operations.start(titleOf('delete', set, jobName), (options) =>
      removeAll({ ...options, jobName }),
    );
  }

  @Post('operations/:id/cancel')
  @HttpCode(204)
  @Action('view')
  cancel(@Param('id') id: string): void {
    this.operations.cancel(id);
  }

  /**
   * Searches scheduled, retry and dead jobs for a text in their id, name, arguments or error, and tells hits as it
   * finds them. It ends when the page closes the stream.
   */
  @Sse('search')
  @Action('view')
  search(@Query('q') query?: string): Observable<MessageEvent> {
    return this.searches.run(text('q', query, 200));
  }

  /** The schedules that live pools register, with their next firings. */
  @Get('periodic')
  @Action('view')
  async periodic() {
    const pools = await this.client.workerPoolHeartbeats();
    const byId = new Map(pools.flatMap(({ schedules }) => schedules.map((one) => [one.id, one])));
    return {
      schedules: [...byId.values()].map((schedule) => ({
        ...schedule,
        pools: pools.filter((pool) => pool.schedules.some(({ id }) => id === schedule.id)).length,
        next: nextFirings(schedule.spec),
      })),
    };
  }

  @Get('metrics')
  @Action('view')
  async metrics(@Query('range') range = '1h', @Query('name') name?: string) {
    const metrics = await this.client.metrics({
      range: oneOf('range', range, RANGES),
      jobName: name === undefined ? undefined : text('name', name),
    });
    return {
      ...metrics,
      intervals: metrics.intervals.map((interval) => ({
        ...interval,
        start: interval.start.getTime() / 1000,
      })),
    };
  }

  @Get('health')
  @Action('view')
  async health() {
    return redisHealth(await this.client.redisInfo());
  }

  private forSet(name: string): SetMethods {
    const set: SetName = oneOf('set', name, SETS);
    const { client } = this;
    switch (set) {
      case 'scheduled':
        return {
          page: (page) => client.scheduledJobs(page),
          job: (ref) => client.scheduledJob(ref),
          enqueue: (ref) => client.runScheduledJob(ref),
          remove: (ref) => client.deleteScheduledJob(ref),
          enqueueAll: (options) => client.runAllScheduledJobs(options),
          removeAll: (options) => client.deleteAllScheduledJobs(options),
        };
      case 'retry':
        return {
          page: (page) => client.retryJobs(page),
          job: (ref) => client.retryJob(ref),
          enqueue: (ref) => client.runRetryJob(ref),
          remove: (ref) => client.deleteRetryJob(ref),
          enqueueAll: (options) => client.runAllRetryJobs(options),
          removeAll: (options) => client.deleteAllRetryJobs(options),
        };
      case 'dead':
        return {
          page: (page) => client.deadJobs(page),
          job: (ref) => client.deadJob(ref),
          enqueue: (ref) => client.retryDeadJob(ref),
          remove: (ref) => client.deleteDeadJob(ref),
          enqueueAll: (options) => client.retryAllDeadJobs(options),
          removeAll: (options) => client.deleteAllDeadJobs(options),
        };
    }
  }
}

interface SetMethods {
  readonly page: (page: number) => Promise<JobPage>;
  readonly job: (ref: JobRef) => Promise<TimedJob | undefined>;
  readonly enqueue: (ref: JobRef) => Promise<Revived>;
  readonly remove: (ref: JobRef) => Promise<boolean>;
  readonly enqueueAll: (options: BulkOptions) => Promise<BulkResult>;
  readonly removeAll: (options: BulkOptions) => Promise<BulkResult>;
}

interface Fields {
  readonly seconds?: unknown;
  readonly limit?: unknown;
  readonly jobs?: unknown;
  readonly name?: unknown;
}

function nameIn({ name }: Fields): string | undefined {
  return name === undefined ? undefined : text('name', name);
}

function titleOf(verb: string, set: string, jobName: string | undefined): string {
  return `${verb} all ${set} jobs${jobName === undefined ? '' : ` named ${jobName}`}`;
}

/** In seconds since the epoch. A spec of a pool with another version of this project may be none for us. */
function nextFirings(spec: string): number[] {
  try {
    const schedule = parseSchedule(spec);
    const times: number[] = [];
    let next = schedule.next(new Date());
    while (next && times.length < NEXT_FIRINGS) {
      times.push(next.getTime() / 1000);
      next = schedule.next(next);
    }
    return times;
  } catch {
    return [];
  }
}
