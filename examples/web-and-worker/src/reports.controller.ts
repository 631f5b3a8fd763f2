import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import type { Report } from './report.js';

@Controller('reports')
export class ReportsController {
  constructor(private readonly enqueuer: Enqueuer) {}

  /** Answers as soon as Redis has the job. */
  @Post()
  @HttpCode(202)
  async render(@Body() report: Report): Promise<{ jobId: string }> {
    const { id } = await this.enqueuer.enqueue('render_report', report);
    return { jobId: id };
  }
}
