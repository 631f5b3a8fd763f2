import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { JobHandler, PeriodicJob, type Job } from '@nestcraft/work';

/** The jobs of the sample traffic, which the log and the tally skip. */
export const TRAFFIC_JOBS: readonly string[] = [
  'resize_image',
  'charge_card',
  'sync_stock',
  'remind_customer',
  'daily_report',
];

/** The jobs of a shop, typical for a dashboard: quick ones, slow ones, and some that fail. */
@Injectable()
export class Shop {
  @JobHandler('resize_image')
  async resizeImage(job: Job<{ width: number }>): Promise<void> {
    await sleep(job.args.width / 10, undefined, { signal: job.signal });
  }

  @JobHandler('charge_card', { maxFails: 2, backoff: () => '20s' })
  async chargeCard(job: Job<{ cents: number }>): Promise<void> {
    await sleep(80, undefined, { signal: job.signal });
    if (job.args.cents % 7 === 0) throw new Error('The card was declined (insufficient funds)');
    if (job.args.cents % 5 === 0 && job.fails === 0) throw new Error('connect ETIMEDOUT bank:443');
  }

  @JobHandler('sync_stock', { maxConcurrency: 2 })
  async syncStock(job: Job<{ items: number }>): Promise<void> {
    const { items } = job.args;
    for (let item = 0; item < items; item += 250) {
      job.checkin(`item ${item} of ${items}`);
      await sleep(500, undefined, { signal: job.signal });
    }
  }

  @JobHandler('remind_customer')
  async remindCustomer(): Promise<void> {
    await sleep(5);
  }

  @JobHandler('daily_report')
  @PeriodicJob('@every 1m', { args: { pages: 3 }, overlap: 'skip' })
  async dailyReport(): Promise<void> {
    await sleep(700);
  }
}
