import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  StreamableFile,
} from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import { z } from 'zod';
import { ValidationPipe } from '../validation.pipe.js';
import { ReportExporter, type ExportFile, type ReportExport } from './report-exporter.js';

const ExportRequest = z.object({
  rows: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(1_000_000, 'must be 1000000 or less')
    .default(20_000),
});

@Controller('exports')
export class ExportsController {
  constructor(
    private readonly enqueuer: Enqueuer,
    private readonly exporter: ReportExporter,
  ) {}

  @Post()
  @HttpCode(202)
  async request(
    @Body(new ValidationPipe(ExportRequest)) { rows }: z.infer<typeof ExportRequest>,
  ): Promise<{ jobId: string; file: string }> {
    const { id } = await this.enqueuer.enqueue<ReportExport>('export_report', { rows });
    return { jobId: id, file: `${id}.csv` };
  }

  @Get()
  list(): Promise<ExportFile[]> {
    return this.exporter.list();
  }

  @Get(':file')
  @Header('content-type', 'text/csv')
  async download(@Param('file') file: string): Promise<StreamableFile> {
    return new StreamableFile(await this.exporter.open(file));
  }
}
