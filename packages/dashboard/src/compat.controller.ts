import { Get, Inject, Query } from '@nestjs/common';
import { argsTextOf, Client, type JobPage } from '@nestcraft/work';
import { Action } from './access.guard.js';
import { integer } from './params.js';

const LAST_PAGE = 1_000_000;

/** The read routes of gocraft/work's own web UI, for tools that were written for it. */
export class CompatController {
  constructor(@Inject(Client) private readonly client: Client) {}

  @Get('queues')
  @Action('view')
  async queues() {
    const queues = await this.client.queues();
    return queues.map(({ jobName, count, latency }) => ({ job_name: jobName, count, latency }));
  }

  @Get('worker_pools')
  @Action('view')
  async workerPools() {
    const pools = await this.client.workerPoolHeartbeats();
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

  @Get('busy_workers')
  @Action('view')
  async busyWorkers() {
    const observations = await this.client.workerObservations();
    // What Go's encoder writes for an empty list there.
    if (observations.length === 0) return JSON.stringify(null);
    return observations.map((one) => ({
      worker_id: one.workerId,
      is_busy: true,
      job_name: one.jobName,
      job_id: one.jobId,
      started_at: one.startedAt.getTime() / 1000,
      args_json: one.argsText,
      checkin: one.checkin ?? '',
      checkin_at: one.checkinAt ? one.checkinAt.getTime() / 1000 : 0,
    }));
  }

  @Get('retry_jobs')
  @Action('view')
  async retryJobs(@Query('page') page = '1') {
    return jobsOf('retry_at', await this.client.retryJobs(integer('page', page, 1, LAST_PAGE)));
  }

  @Get('scheduled_jobs')
  @Action('view')
  async scheduledJobs(@Query('page') page = '1') {
    return jobsOf('run_at', await this.client.scheduledJobs(integer('page', page, 1, LAST_PAGE)));
  }

  @Get('dead_jobs')
  @Action('view')
  async deadJobs(@Query('page') page = '1') {
    return jobsOf('died_at', await this.client.deadJobs(integer('page', page, 1, LAST_PAGE)));
  }
}

function jobsOf(time: string, { jobs, total }: JobPage) {
  return {
    count: total,
    jobs: jobs.flatMap(({ at, job, raw }) =>
      job
        ? {
            [time]: at.getTime() / 1000,
            name: job.name,
            id: job.id,
            t: job.enqueuedAt.getTime() / 1000,
            args: JSON.parse(argsTextOf(raw)) as unknown,
            ...(job.fails > 0 && { fails: job.fails }),
            ...(job.lastError !== undefined && { err: job.lastError }),
            ...(job.failedAt && { failed_at: job.failedAt.getTime() / 1000 }),
          }
        : [],
    ),
  };
}
