import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import type { Report } from './report.js';

const MILLISECONDS_PER_PAGE = 100;

@Injectable()
export class ReportRenderer {
  readonly #logger = new Logger(ReportRenderer.name);

  /** Stops between two pages when the shutdown has taken too long; the job then runs again in another worker. */
  @JobHandler('render_report')
  async render(job: Job<Report>): Promise<void> {
    const { title, pages } = job.args;
    this.#logger.log(`Rendering "${title}", ${pages} pages`);
    for (let page = 1; page <= pages; page++) {
      await sleep(MILLISECONDS_PER_PAGE, undefined, { signal: job.signal });
      job.checkin(`page ${page} of ${pages}`);
    }
    this.#logger.log(`Rendered "${title}"`);
  }
}
