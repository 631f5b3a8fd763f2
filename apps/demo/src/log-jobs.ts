import { Injectable, Logger } from '@nestjs/common';
import type { Job, JobMiddleware } from '@nestcraft/work';
import { TRAFFIC_JOBS } from './traffic/shop.js';
import type { JobContext } from './job-context.js';

/** Logs every completed job and its duration. The pool logs failures. */
@Injectable()
export class LogJobs implements JobMiddleware<JobContext> {
  private readonly logger = new Logger('Jobs');

  async use(job: Job, next: () => Promise<void>, context: JobContext): Promise<void> {
    const start = performance.now();
    await next();
    if (TRAFFIC_JOBS.includes(job.name)) return;
    const duration = Math.round(performance.now() - start);
    this.logger.log(`${job.name} ${job.id} done in ${duration} ms: ${context.summary}`);
  }
}
