import { Controller, Get } from '@nestjs/common';
import { Client, type JobList, type QueueStatus, type WorkerObservation } from '@nestcraft/work';
import { JobTally } from './job-tally.js';

/** A summary of a failed job. */
export interface FailedJob {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly fails: number | undefined;
  readonly error: string | undefined;
  /** The time at which it runs again or died. */
  readonly at: Date;
}

export interface Status {
  /** Counts of this process. */
  readonly jobs: { readonly done: number; readonly retried: number; readonly dead: number };
  readonly queues: readonly QueueStatus[];
  readonly running: readonly WorkerObservation[];
  readonly retry: readonly FailedJob[];
  readonly dead: readonly FailedJob[];
}

@Controller('status')
export class StatusController {
  constructor(
    private readonly client: Client,
    private readonly tally: JobTally,
  ) {}

  @Get()
  async status(): Promise<Status> {
    const [queues, running, retry, dead] = await Promise.all([
      this.client.queues.list(),
      this.client.workers(),
      this.client.retries.list(),
      this.client.dead.list(),
    ]);
    return { jobs: this.tally.counts, queues, running, retry: failed(retry), dead: failed(dead) };
  }
}

function failed({ jobs }: JobList): FailedJob[] {
  return jobs.map(({ job, at }) => ({
    id: job?.id,
    name: job?.name,
    fails: job?.fails,
    error: job?.lastError,
    at,
  }));
}
