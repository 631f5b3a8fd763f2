import { Body, Get, HttpCode, Inject, Param, Post, Query, Req, Sse } from '@nestjs/common';
import type { MessageEvent } from '@nestjs/common';
import { Client, type MetricsRange } from '@nestcraft/work';
import { map, type Observable } from 'rxjs';
import { AccessGuard, Action } from './access.guard.js';
import { ACTIONS, type DashboardRequest, type WorkDashboardOptions } from './dashboard-options.js';
import { BusyWorkers } from './busy-workers.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';
import { Memo } from './memo.js';
import { OPENAPI } from './openapi.js';
import { Operations } from './operations.js';
import { oneOf, text, type Fields } from './params.js';
import { Periodic } from './periodic.js';
import { Presenter } from './presenter.js';
import { Problem } from './problem.js';
import { redisHealth } from './redis-health.js';
import { Searches, SEARCHED } from './searches.js';
import { Snapshots } from './snapshots.js';

const RANGES: readonly MetricsRange[] = ['1h', '6h', '24h', '7d', '30d'];
// In milliseconds: for so long all viewers see the same.
const FRESH = { metrics: 5_000, rates: 15_000, periodic: 5_000, health: 15_000 } as const;

/** What the dashboard tells of the whole. Its routes are made by `controllersAt`. */
export class ApiController {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(Snapshots) private readonly snapshots: Snapshots,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(Searches) private readonly searches: Searches,
    @Inject(Periodic) private readonly schedules: Periodic,
    @Inject(BusyWorkers) private readonly busy: BusyWorkers,
    @Inject(Presenter) private readonly presenter: Presenter,
    @Inject(Memo) private readonly memo: Memo,
    @Inject(AccessGuard) private readonly guard: AccessGuard,
    @Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions,
  ) {}

  /** What this API is, for programs. */
  @Get('openapi.json')
  @Action('view')
  openapi() {
    return OPENAPI;
  }

  /** What the user may do, and where. */
  @Get('me')
  @Action('view')
  async me(@Req() request: DashboardRequest) {
    const actions = await this.guard.allowed(request, ACTIONS);
    const { readOnly = false } = this.options;
    return { actions, readOnly, namespace: this.client.namespace };
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
      map((data) =>
        data === undefined ? { type: 'unreachable', data: '{}' } : { type: 'snapshot', data },
      ),
    );
  }

  /** What a worker is doing, with all of the arguments. */
  @Get('running/:worker')
  @Action('view')
  async running(@Param('worker') worker: string) {
    const found = await this.busy.find(text('worker', worker));
    if (found) return this.presenter.runningDetail(found);
    throw new Problem(404, 'not_found', 'The worker is not busy any more.');
  }

  /** Whoever may begin such work may cancel it. */
  @Post('operations/:id/cancel')
  @HttpCode(204)
  @Action('view')
  async cancel(@Req() request: DashboardRequest, @Param('id') id: string): Promise<void> {
    await this.guard.require(request, this.operations.get(id).action);
    this.operations.cancel(id);
  }

  /**
   * Searches jobs for a text in their id, name, arguments or error, and tells hits as it finds them. It ends when the
   * page closes the stream.
   */
  @Sse('search')
  @Action('view')
  search(@Query() query: Fields): Observable<MessageEvent> {
    return this.searches.run({
      text: text('q', query.q, 200),
      where: query.in === undefined ? SEARCHED : [oneOf('in', query.in, SEARCHED)],
      jobName: query.name === undefined ? undefined : text('name', query.name),
    });
  }

  /** The schedules that live pools register, with their next firings and how the last one ended. */
  @Get('periodic')
  @Action('view')
  async periodic() {
    return this.memo.read('periodic', FRESH.periodic, async () => ({
      schedules: await this.schedules.list(),
    }));
  }

  /** Enqueues a job of a schedule now. */
  @Post('periodic/run')
  @HttpCode(200)
  @Action('run')
  async run(@Body() body: Fields = {}) {
    return { result: await this.schedules.run(text('id', body.id, 1_000)) };
  }

  @Get('metrics')
  @Action('view')
  async metrics(@Query() query: Fields) {
    const range = oneOf('range', query.range ?? '1h', RANGES);
    const jobName = query.name === undefined ? undefined : text('name', query.name);
    return this.memo.read(JSON.stringify(['metrics', range, jobName]), FRESH.metrics, async () => {
      const { intervals, jobsSince, ...rest } = await this.client.metrics({ range, jobName });
      return {
        ...rest,
        jobsSince: jobsSince.getTime() / 1000,
        intervals: intervals.map((one) => ({ ...one, start: one.start.getTime() / 1000 })),
      };
    });
  }

  /** What each job name did in each of the last 30 minutes. */
  @Get('rates')
  @Action('view')
  async rates() {
    return this.memo.read('rates', FRESH.rates, async () => ({ jobs: await this.client.rates() }));
  }

  @Get('health')
  @Action('view')
  async health() {
    return this.memo.read('health', FRESH.health, async () => {
      const clock = await compareClocks(this.client);
      const [info, integrity] = await Promise.all([
        this.client.redisInfo(),
        this.client.integrity(),
      ]);
      return { ...redisHealth({ info, ...clock }), integrity };
    });
  }
}

/** How long Redis takes to answer, and by how much the clock of this process is ahead of its own; in milliseconds. */
async function compareClocks(client: Client): Promise<{ roundTrip: number; skew: number }> {
  const [asked, begun] = [Date.now(), performance.now()];
  const there = await client.redisTime();
  const roundTrip = performance.now() - begun;
  return { roundTrip, skew: Math.round(asked + roundTrip / 2 - there.getTime()) };
}
