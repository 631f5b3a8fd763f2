import { Inject, Injectable, Logger, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';

/** A line in the books of a tenant. */
export interface Invoice {
  readonly customer: string;
  readonly cents: number;
}

/** Stands in for the database of one tenant. It is opened once, for all requests and jobs of the tenant. */
@Injectable({ scope: Scope.REQUEST, durable: true })
export class Ledger {
  readonly #invoices: Invoice[] = [];

  constructor(@Inject(REQUEST) { tenant }: { tenant: string }) {
    new Logger(Ledger.name).log(`Opened the ledger of ${tenant}`);
  }

  add(invoice: Invoice): void {
    this.#invoices.push(invoice);
  }

  list(): readonly Invoice[] {
    return this.#invoices;
  }
}
