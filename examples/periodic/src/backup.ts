import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, PeriodicJob, type Job } from '@nestcraft/work';
import { firingOf } from './firing.js';

@Injectable()
export class Backup {
  readonly #logger = new Logger(Backup.name);

  /** `missed: 'last'`: after a night without workers, one backup runs at once, and not hundreds or none. */
  @JobHandler('back_up')
  @PeriodicJob('* * * * *', { missed: 'last' })
  run(job: Job): void {
    this.#logger.log(`Backup of ${firingOf(job).toISOString()}`);
  }
}
