import { Injectable } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import type { Asked } from '../requests/asked.js';
import { labelOf } from '../requests/audit.js';
import { FRESH, Cache } from '../views/cache.js';
import type { BulkTask } from '../bulk/bulk-task.js';
import { BulkTasks } from '../bulk/bulk-tasks.js';
import {
  integer,
  jobName,
  jobPositions,
  LAST,
  MAX_ID,
  MAX_LISTED,
  MAX_SELECTED,
  optional,
  text,
} from '../http/params.js';
import type { JobDetailView, WaitingListView } from '../views/job-view.js';
import { Presenters } from '../views/presenter.js';
import { Problem } from '../http/problem.js';
import { Reply } from '../http/replies.js';
import { Change, Look } from '../requests/routes.js';

const MAX_PAUSE = 365 * 24 * 3600;

/** The routes for queues and their waiting jobs. */
@Injectable()
export class QueuesRoutes {
  constructor(
    private readonly client: Client,
    private readonly presenters: Presenters,
    private readonly bulk: BulkTasks,
    private readonly cache: Cache,
  ) {}

  @Look('api/queues/:name/jobs', 'view')
  async waiting(asked: Asked): Promise<WaitingListView> {
    const resource = queueOf(asked);
    const { queue } = resource;
    const from = integer('from', asked.query.from ?? 0, 0, LAST);
    const limit = integer('limit', asked.query.limit ?? 20, 1, MAX_LISTED);
    await asked.allow(resource);
    const presenter = this.presenters.for(await asked.may('viewArgs', resource));
    const key = JSON.stringify(['waiting', queue, from, limit, presenter.showsArgs]);
    return this.cache.read(key, FRESH, async () => {
      const { jobs, ...rest } = await this.client.queue(queue).list({ from, limit });
      return { ...rest, jobs: jobs.map((job) => presenter.job(job)) };
    });
  }

  @Look('api/queues/:name/jobs/:position/:id', 'view')
  async job(asked: Asked): Promise<JobDetailView> {
    const { job, presenter } = await this.find(asked);
    return presenter.detail(job, await this.client.attempts(job.id));
  }

  /** Returns the entry byte for byte. */
  @Look('api/queues/:name/jobs/:position/:id/entry', 'view')
  async entry(asked: Asked) {
    const { job, presenter } = await this.find(asked);
    return Reply.entry(presenter.entry(job));
  }

  @Change('api/queues/:name/delete', 'delete')
  async delete(asked: Asked) {
    const resource = queueOf(asked);
    const jobs = jobPositions('jobs', asked.body.jobs, MAX_SELECTED);
    for (const { id } of jobs) await asked.allow({ ...resource, jobId: id });
    const results: string[] = [];
    const queue = this.client.queue(resource.queue);
    for (const job of jobs) results.push((await queue.delete(job)).status);
    this.cache.clear();
    return { results };
  }

  @Change('api/queues/:name/pause', 'pause')
  async pause(asked: Asked): Promise<void> {
    const resource = queueOf(asked);
    const seconds = optional(asked.body.seconds, (value) =>
      integer('seconds', value, 1, MAX_PAUSE),
    );
    await asked.allow(resource);
    await this.client
      .queue(resource.queue)
      .pause({ for: seconds === undefined ? undefined : seconds * 1000 });
    this.cache.clear();
  }

  @Change('api/queues/:name/resume', 'pause')
  async resume(asked: Asked): Promise<void> {
    const resource = queueOf(asked);
    await asked.allow(resource);
    await this.client.queue(resource.queue).resume();
    this.cache.clear();
  }

  @Change('api/queues/:name/limit', 'limit')
  async limit(asked: Asked): Promise<void> {
    const resource = queueOf(asked);
    const limit = integer('limit', asked.body.limit, 0, 1_000_000);
    await asked.allow(resource);
    await this.client.queue(resource.queue).limit(limit);
    this.cache.clear();
  }

  @Change('api/queues/:name/empty', 'empty', { status: 202 })
  async empty(asked: Asked): Promise<BulkTask> {
    const resource = queueOf(asked);
    const { queue } = resource;
    await asked.allow(resource);
    return this.bulk.start(
      { title: `empty the queue ${queue}`, action: 'empty', resource, by: labelOf(asked.user) },
      ({ signal, onProgress }) => this.client.queue(queue).empty({ signal, onProgress }),
    );
  }

  private async find(asked: Asked) {
    const resource = queueOf(asked);
    const id = text('id', asked.params.id, MAX_ID);
    const position = integer('position', asked.params.position, 1, LAST);
    await asked.allow({ ...resource, jobId: id });
    const job = await this.client.queue(resource.queue).get({ position, id });
    if (!job) throw new Problem(404, 'not_found', 'The job is no longer waiting there.');
    const showsArgs = await asked.may('viewArgs', { ...resource, jobId: id });
    return { job, presenter: this.presenters.for(showsArgs) };
  }
}

/** Returns a queue and its job name, which are the same. */
function queueOf({ params }: Asked): { queue: string; jobName: string } {
  const name = jobName('name', params.name);
  return { queue: name, jobName: name };
}
