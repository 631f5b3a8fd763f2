import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WorkerPool } from '@nestcraft/work';
import { TRAFFIC_JOBS } from '../traffic/shop.js';

/** Counts the outcomes of the jobs that this process ran, except the sample traffic. */
@Injectable()
export class JobTally implements OnModuleInit {
  readonly counts = { done: 0, retried: 0, dead: 0 };

  constructor(private readonly pool: WorkerPool) {}

  onModuleInit(): void {
    this.pool.on('settled', ({ job, fate }) => {
      if (TRAFFIC_JOBS.includes(job.name)) return;
      if (fate.kind === 'done') this.counts.done++;
      if (fate.kind === 'retry') this.counts.retried++;
      if (fate.kind === 'dead') this.counts.dead++;
    });
  }
}
