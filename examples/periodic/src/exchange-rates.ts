import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, PeriodicJob, type Job } from '@nestcraft/work';
import { firingOf } from './firing.js';

const MILLISECONDS_TO_FETCH = 1_500;

@Injectable()
export class ExchangeRates {
  readonly #logger = new Logger(ExchangeRates.name);

  /** Takes longer than a second. `overlap: 'skip'` leaves out the firings that come while it runs. */
  @JobHandler('refresh_rates')
  @PeriodicJob('@every 1s', { overlap: 'skip' })
  async refresh(job: Job): Promise<void> {
    await sleep(MILLISECONDS_TO_FETCH, undefined, { signal: job.signal });
    this.#logger.log(`Rates of ${firingOf(job).toISOString()}`);
  }
}
