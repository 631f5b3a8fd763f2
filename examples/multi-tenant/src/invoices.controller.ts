import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import { Ledger, type Invoice } from './ledger.js';

@Controller('invoices')
export class InvoicesController {
  constructor(
    private readonly enqueuer: Enqueuer,
    private readonly ledger: Ledger,
  ) {}

  @Post()
  @HttpCode(202)
  async write(@Body() invoice: Invoice): Promise<{ jobId: string }> {
    const { id } = await this.enqueuer.enqueue('write_invoice', invoice);
    return { jobId: id };
  }

  @Get()
  list(): readonly Invoice[] {
    return this.ledger.list();
  }
}
