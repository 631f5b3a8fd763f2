import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { Client, type BulkOptions, type BulkResult, type TimedJob } from '@nestcraft/work';
import { Action } from './access.guard.js';
import type { DashboardAction } from './dashboard-options.js';
import { entryFile } from './entry-file.js';
import { methodsFor, SETS, type JobRef, type SetMethods } from './job-sets.js';
import { Memo } from './memo.js';
import { Operations, type Operation } from './operations.js';
import { integer, jobRefs, LONGEST_ID, oneOf, text, type Fields } from './params.js';
import { Presenter } from './presenter.js';
import { Problem } from './problem.js';

const LAST = 1_000_000_000;
const MOST_LISTED = 200;
const MOST_SELECTED = 200;
const FRESH = 3_000;
// In seconds since the epoch.
const [EARLIEST, LATEST] = [-1e12, 1e12];

/** The scheduled, retry and dead jobs, and cancelling jobs of any kind. Its routes are made by `controllersAt`. */
export class JobsController {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(Presenter) private readonly presenter: Presenter,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(Memo) private readonly memo: Memo,
  ) {}

  @Get(':set')
  @Action('view')
  async list(@Param('set') set: string, @Query() query: Fields) {
    const name = oneOf('set', set, SETS);
    const order = query.order ?? (name === 'dead' ? 'desc' : 'asc');
    const options = {
      from: query.from === undefined ? undefined : integer('from', query.from, 0, LAST),
      at: query.at === undefined ? undefined : dateOf(query.at),
      limit: integer('limit', query.limit ?? 20, 1, MOST_LISTED),
      jobName: query.name === undefined ? undefined : text('name', query.name),
      newestFirst: oneOf('order', order, ['asc', 'desc']) === 'desc',
    };
    const key = JSON.stringify(['jobs', name, options]);
    return this.memo.read(key, FRESH, async () => {
      const { jobs, ...rest } = await this.client.list(name, options);
      return { ...rest, jobs: jobs.map((job) => this.presenter.job(job)) };
    });
  }

  /** How many jobs of a name there are: exact where there are 10,000 at most, else an estimate. */
  @Get(':set/count')
  @Action('view')
  async count(@Param('set') set: string, @Query() query: Fields) {
    const name = oneOf('set', set, SETS);
    const jobName = text('name', query.name);
    return this.memo.read(JSON.stringify(['count', name, jobName]), FRESH, () =>
      this.client.countOf(name, jobName),
    );
  }

  @Get(':set/:at/:id')
  @Action('view')
  async job(@Param('set') set: string, @Param('at') at: string, @Param('id') id: string) {
    const jobId = text('id', id, LONGEST_ID); // Before anything begins that nobody would wait for.
    const [job, attempts] = await Promise.all([
      this.find(set, at, id),
      this.client.attempts(jobId),
    ]);
    return this.presenter.detail(job, attempts);
  }

  /** The entry to the byte. */
  @Get(':set/:at/:id/entry')
  @Action('view')
  async entry(@Param('set') set: string, @Param('at') at: string, @Param('id') id: string) {
    return entryFile(this.presenter.entry(await this.find(set, at, id)));
  }

  /** Puts some jobs into their queues now: retries the dead, runs the others early. */
  @Post(':set/enqueue')
  @HttpCode(200)
  @Action('retry')
  async enqueue(@Param('set') set: string, @Body() body: Fields = {}) {
    return this.each(body, this.methods(set).enqueue);
  }

  @Post(':set/delete')
  @HttpCode(200)
  @Action('delete')
  async delete(@Param('set') set: string, @Body() body: Fields = {}) {
    const { remove } = this.methods(set);
    return this.each(body, async (ref) => ((await remove(ref)) ? 'deleted' : 'gone'));
  }

  /** Has jobs that wait for their retry be dead. */
  @Post('retry/kill')
  @HttpCode(200)
  @Action('kill')
  async kill(@Body() body: Fields = {}) {
    return this.each(body, async (ref) =>
      (await this.client.killRetryJob(ref)) ? 'killed' : 'gone',
    );
  }

  @Post(':set/enqueue-all')
  @HttpCode(202)
  @Action('retry')
  enqueueAll(@Param('set') set: string, @Body() body: Fields = {}): Operation {
    return this.all('retry', 'enqueue', set, body, this.methods(set).enqueueAll);
  }

  @Post(':set/delete-all')
  @HttpCode(202)
  @Action('delete')
  deleteAll(@Param('set') set: string, @Body() body: Fields = {}): Operation {
    return this.all('delete', 'delete', set, body, this.methods(set).removeAll);
  }

  @Post('retry/kill-all')
  @HttpCode(202)
  @Action('kill')
  killAll(@Body() body: Fields = {}): Operation {
    return this.all('kill', 'kill', 'retry', body, (options) =>
      this.client.killAllRetryJobs(options),
    );
  }

  /** Stops a job wherever it has come to by now: one that waits does not run, the signal of one that runs aborts. */
  @Post('cancel')
  @HttpCode(200)
  @Action('cancel')
  async cancel(@Body() body: Fields = {}) {
    const jobName = text('name', body.name);
    const { status } = await this.client.cancel(text('id', body.id, LONGEST_ID), { jobName });
    this.memo.clear();
    return { result: status };
  }

  private async find(set: string, at: string, id: string): Promise<TimedJob> {
    const ref = { at: dateOf(at), id: text('id', id, LONGEST_ID) };
    const job = await this.methods(set).job(ref);
    if (job) return job;
    throw new Problem(404, 'not_found', 'The job is not there any more.');
  }

  private methods(set: string): SetMethods {
    return methodsFor(this.client, oneOf('set', set, SETS));
  }

  private async each(body: Fields, act: (ref: JobRef) => Promise<string>) {
    const results = await Promise.all(jobRefs('jobs', body.jobs, MOST_SELECTED).map(act));
    this.memo.clear();
    return { results };
  }

  private all(
    action: DashboardAction,
    verb: string,
    set: string,
    { name }: Fields,
    act: (options: BulkOptions) => Promise<BulkResult>,
  ): Operation {
    const jobName = name === undefined ? undefined : text('name', name);
    const title = `${verb} all ${set} jobs${jobName === undefined ? '' : ` named ${jobName}`}`;
    return this.operations.start({ title, action }, (options) => act({ ...options, jobName }));
  }
}

function dateOf(value: unknown): Date {
  return new Date(integer('at', value, EARLIEST, LATEST) * 1000);
}
