import { Injectable } from '@nestjs/common';
import { Client, type JobSet, type TimedJob } from '@nestcraft/work';
import { argsTextOf } from '@nestcraft/work/internal';
import type { Asked } from '../requests/asked.js';
import { jobSetOf } from '../options/job-sets.js';
import type { JobSetName } from '../options/set-names.js';
import { integer } from '../http/params.js';
import { Presenters, type Presenter } from '../views/presenter.js';
import { Reply } from '../http/replies.js';
import { Look } from '../requests/routes.js';

const LAST_PAGE = 1_000_000;
const PAGE_SIZE = 20;

/** The read routes of gocraft/work's own web UI, for tools written for it. */
@Injectable()
export class CompatRoutes {
  constructor(
    private readonly client: Client,
    private readonly presenters: Presenters,
  ) {}

  @Look('compat/queues', 'view')
  async queues(asked: Asked) {
    await asked.allow({});
    const queues = await this.client.queues.list();
    return queues.map(({ jobName, count, latency }) => ({
      ...{ job_name: jobName, count },
      latency: latency / 1000, // gocraft/work's page expects seconds.
    }));
  }

  @Look('compat/worker_pools', 'view')
  async workerPools(asked: Asked) {
    await asked.allow({});
    const pools = await this.client.pools.list();
    return pools.map((pool) => ({
      worker_pool_id: pool.workerPoolId,
      started_at: pool.startedAt.getTime() / 1000,
      heartbeat_at: pool.heartbeatAt.getTime() / 1000,
      job_names: pool.jobNames,
      concurrency: pool.concurrency,
      host: pool.host,
      pid: pool.pid,
      worker_ids: pool.workerIds,
    }));
  }

  @Look('compat/busy_workers', 'view')
  async busyWorkers(asked: Asked) {
    await asked.allow({});
    const presenter = this.presenters.for(await asked.may('viewArgs', {}));
    const observations = await this.client.workers();
    // Go's encoder writes null for an empty list here.
    if (observations.length === 0) return null;
    return observations.map((one) => ({
      worker_id: one.workerId,
      is_busy: true,
      job_name: one.jobName,
      job_id: one.jobId,
      started_at: one.startedAt.getTime() / 1000,
      args_json: presenter.args(one.jobName, one.argsText),
      checkin: presenter.error(one.jobName, 'checkin', one.checkin) ?? '',
      checkin_at: one.checkinAt ? one.checkinAt.getTime() / 1000 : 0,
    }));
  }

  @Look('compat/retry_jobs', 'view')
  async retryJobs(asked: Asked) {
    return this.page(asked, 'retry', 'retry_at');
  }

  @Look('compat/scheduled_jobs', 'view')
  async scheduledJobs(asked: Asked) {
    return this.page(asked, 'scheduled', 'run_at');
  }

  @Look('compat/dead_jobs', 'view')
  async deadJobs(asked: Asked) {
    return this.page(asked, 'dead', 'died_at');
  }

  private async page(asked: Asked, set: JobSetName, time: string): Promise<Reply> {
    const page = integer('page', asked.query.page ?? '1', 1, LAST_PAGE);
    await asked.allow({ set });
    const presenter = this.presenters.for(await asked.may('viewArgs', { set }));
    const { jobs, total } = await readPage(jobSetOf(this.client, set), page);
    const texts = jobs.flatMap((job) => textOf(job, time, presenter) ?? []);
    return Reply.json(`{"count":${total},"jobs":[${texts.join()}]}`);
  }
}

/** Reads a whole page, however large its jobs are: a single list ends where they would exceed its limit in bytes. */
async function readPage(
  set: JobSet,
  page: number,
): Promise<{ readonly jobs: readonly TimedJob[]; readonly total: number }> {
  let list = await set.list({ from: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE });
  const jobs = [...list.jobs];
  while (list.next !== undefined && jobs.length < PAGE_SIZE) {
    list = await set.list({ from: list.next, limit: PAGE_SIZE - jobs.length });
    jobs.push(...list.jobs);
  }
  return { jobs, total: list.total };
}

/** Returns JSON that contains the arguments exactly as they are in Redis, so that numbers keep their digits. */
function textOf(
  { at, job, raw }: TimedJob,
  time: string,
  presenter: Presenter,
): string | undefined {
  if (!job) return undefined;
  const members = {
    [time]: at.getTime() / 1000,
    name: job.name,
    id: job.id,
    t: job.enqueuedAt.getTime() / 1000,
    ...(job.fails > 0 && { fails: job.fails }),
    ...(job.lastError !== undefined && { err: presenter.error(job.name, 'error', job.lastError) }),
    ...(job.failedAt && { failed_at: job.failedAt.getTime() / 1000 }),
  };
  const args = presenter.argsJson(job.name, argsTextOf(raw));
  return `${JSON.stringify(members).slice(0, -1)},"args":${args}}`;
}
