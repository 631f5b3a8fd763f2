import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, PeriodicJob, type Job } from '@nestcraft/work';
import { firingOf } from './firing.js';

interface Office {
  readonly city: string;
}

/** Nine o'clock on working days, by the clocks of the office. */
export const OPENING = '0 9 * * MON-FRI';

@Injectable()
export class OpeningReport {
  readonly #logger = new Logger(OpeningReport.name);

  /** Two schedules of one job: the same spec, on different clocks and with different arguments. */
  @JobHandler('opening_report')
  @PeriodicJob(OPENING, { timezone: 'Europe/Berlin', args: { city: 'Berlin' } })
  @PeriodicJob(OPENING, { timezone: 'America/New_York', args: { city: 'New York' } })
  send(job: Job<Office>): void {
    this.#logger.log(`Report for ${job.args.city}, due ${firingOf(job).toISOString()}`);
  }
}
