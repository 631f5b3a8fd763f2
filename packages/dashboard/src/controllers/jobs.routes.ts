import { Injectable } from '@nestjs/common';
import { Client, type BulkOptions, type BulkResult, type TimedJob } from '@nestcraft/work';
import type { Asked } from '../requests/asked.js';
import { labelOf } from '../requests/audit.js';
import type { DashboardResource } from '../options/actions.js';
import { jobSetOf } from '../options/job-sets.js';
import { SETS, type JobSetName } from '../options/set-names.js';
import { FRESH, Cache } from '../views/cache.js';
import type { BulkTask } from '../bulk/bulk-task.js';
import { BulkTasks } from '../bulk/bulk-tasks.js';
import {
  integer,
  jobName,
  jobRefs,
  LAST,
  MAX_ID,
  MAX_LISTED,
  MAX_SELECTED,
  oneOf,
  optional,
  text,
  time,
  timeOrNone,
} from '../http/params.js';
import type { JobCountView, JobDetailView, JobListView } from '../views/job-view.js';
import { Presenters } from '../views/presenter.js';
import { Problem } from '../http/problem.js';
import { Reply } from '../http/replies.js';
import { Change, Look } from '../requests/routes.js';

/** The routes for scheduled, retry and dead jobs, and for cancelling jobs of any kind. */
@Injectable()
export class JobsRoutes {
  constructor(
    private readonly client: Client,
    private readonly presenters: Presenters,
    private readonly bulk: BulkTasks,
    private readonly cache: Cache,
  ) {}

  @Look('api/jobs/:set', 'view')
  async list(asked: Asked): Promise<JobListView> {
    const { query } = asked;
    const set = setOf(asked);
    const order = query.order ?? (set === 'dead' ? 'desc' : 'asc');
    const options = {
      from: optional(query.from, (value) => integer('from', value, 0, LAST)),
      at: optional(query.at, (value) => time('at', value)),
      limit: integer('limit', query.limit ?? 20, 1, MAX_LISTED),
      jobName: optional(query.name, (value) => text('name', value)),
      newestFirst: oneOf('order', order, ['asc', 'desc']) === 'desc',
    };
    const resource = { set, jobName: options.jobName };
    await asked.allow(resource);
    const presenter = this.presenters.for(await asked.may('viewArgs', resource));
    const key = JSON.stringify(['jobs', set, options, presenter.showsArgs]);
    return this.cache.read(key, FRESH, async () => {
      const { jobs, ...rest } = await jobSetOf(this.client, set).list(options);
      return { ...rest, jobs: jobs.map((job) => presenter.job(job)) };
    });
  }

  /** Returns the number of jobs of a name: exact for sets of up to 10,000 jobs, otherwise an estimate. */
  @Look('api/jobs/:set/count', 'view')
  async count(asked: Asked): Promise<JobCountView> {
    const set = setOf(asked);
    const name = text('name', asked.query.name);
    await asked.allow({ set, jobName: name });
    return this.cache.read(JSON.stringify(['count', set, name]), FRESH, () =>
      jobSetOf(this.client, set).count(name),
    );
  }

  @Look('api/jobs/:set/:at/:id', 'view')
  async job(asked: Asked): Promise<JobDetailView> {
    const { job, presenter } = await this.find(asked);
    return presenter.detail(job, await this.client.attempts(job.id));
  }

  /** Returns the entry byte for byte. */
  @Look('api/jobs/:set/:at/:id/entry', 'view')
  async entry(asked: Asked) {
    const { job, presenter } = await this.find(asked);
    return Reply.entry(presenter.entry(job));
  }

  /** Moves selected jobs to their queues now. */
  @Change('api/jobs/:set/run', 'retry')
  runNow(asked: Asked) {
    const set = setOf(asked);
    return this.each(asked, set, (job) => jobSetOf(this.client, set).runNow(job));
  }

  @Change('api/jobs/:set/delete', 'delete')
  delete(asked: Asked) {
    const set = setOf(asked);
    return this.each(asked, set, (job) => jobSetOf(this.client, set).delete(job));
  }

  /** Moves jobs that are waiting for a retry to the dead jobs. */
  @Change('api/jobs/retry/kill', 'kill')
  kill(asked: Asked) {
    return this.each(asked, 'retry', (job) => this.client.retries.kill(job));
  }

  @Change('api/jobs/:set/run-all', 'retry', { status: 202 })
  runAll(asked: Asked): Promise<BulkTask> {
    const set = setOf(asked);
    const verb = set === 'scheduled' ? 'run' : 'retry';
    return this.all(asked, { set, verb }, (options) => jobSetOf(this.client, set).runAll(options));
  }

  @Change('api/jobs/:set/delete-all', 'delete', { status: 202 })
  deleteAll(asked: Asked): Promise<BulkTask> {
    const set = setOf(asked);
    return this.all(asked, { set, verb: 'delete' }, (options) =>
      jobSetOf(this.client, set).deleteAll(options),
    );
  }

  @Change('api/jobs/retry/kill-all', 'kill', { status: 202 })
  killAll(asked: Asked): Promise<BulkTask> {
    return this.all(asked, { set: 'retry', verb: 'kill' }, (options) =>
      this.client.retries.killAll(options),
    );
  }

  /** Cancels a job wherever it is now: a waiting job will not run, and a running job's signal aborts. */
  @Change('api/jobs/cancel', 'cancel')
  async cancel(asked: Asked) {
    const name = jobName('name', asked.body.name);
    const id = text('id', asked.body.id, MAX_ID);
    await asked.allow({ jobName: name, jobId: id });
    const { status } = await this.client.cancel(id, { jobName: name });
    this.cache.clear();
    return { result: status };
  }

  private async find(asked: Asked) {
    const set = setOf(asked);
    const ref = {
      at: timeOrNone('at', asked.params.at),
      id: text('id', asked.params.id, MAX_ID),
    };
    const job = await jobSetOf(this.client, set).get(ref);
    const resource = resourceOf(set, ref.id, job);
    await asked.allow(resource);
    if (!job) throw new Problem(404, 'not_found', 'The job is no longer there.');
    return { job, presenter: this.presenters.for(await asked.may('viewArgs', resource)) };
  }

  /** Checks all permissions before it changes anything. */
  private async each(
    asked: Asked,
    set: JobSetName,
    act: (job: TimedJob) => Promise<{ readonly status: string }>,
  ) {
    const refs = jobRefs('jobs', asked.body.jobs, MAX_SELECTED);
    const jobs = jobSetOf(this.client, set);
    const found = await Promise.all(
      refs.map(async (ref) => ({ id: ref.id, job: await jobs.get(ref) })),
    );
    for (const { id, job } of found) await asked.allow(resourceOf(set, id, job));
    const results = await Promise.all(
      found.map(async ({ job }) => (job ? (await act(job)).status : 'notFound')),
    );
    this.cache.clear();
    return { results };
  }

  private async all(
    asked: Asked,
    { set, verb }: { readonly set: JobSetName; readonly verb: string },
    act: (options: BulkOptions) => Promise<BulkResult>,
  ): Promise<BulkTask> {
    const name = optional(asked.body.name, (value) => text('name', value));
    const resource = { set, jobName: name };
    await asked.allow(resource);
    const title = `${verb} all ${set} jobs${name === undefined ? '' : ` named ${name}`}`;
    const plan = { title, action: asked.route.action, resource, by: labelOf(asked.user) };
    return this.bulk.start(plan, (options) => act({ ...options, jobName: name }));
  }
}

function setOf({ params }: Asked): JobSetName {
  return oneOf('set', params.set, SETS);
}

function resourceOf(set: JobSetName, jobId: string, job: TimedJob | undefined): DashboardResource {
  return { set, jobId, jobName: job?.job?.name };
}
