import { Injectable } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import { Ledger, type Invoice } from './ledger.js';

@Injectable()
export class InvoiceWriter {
  constructor(private readonly ledger: Ledger) {}

  /** The arguments name no tenant: the ledger is that of the tenant whose request enqueued the job. */
  @JobHandler('write_invoice')
  write({ args }: Job<Invoice>): void {
    this.ledger.add(args);
  }
}
