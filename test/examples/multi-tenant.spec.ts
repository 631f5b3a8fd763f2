import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Example } from './example.js';

interface Invoice {
  readonly customer: string;
  readonly cents: number;
}

describe('the example multi-tenant', () => {
  const example = new Example('multi-tenant');

  beforeAll(() => example.transpile());
  afterAll(() => example.close());

  it('runs each job as the tenant who has enqueued it', async () => {
    const app = example.start();
    const invoices = `${await app.url()}/invoices`;
    const write = (tenant: string, invoice: Invoice): Promise<Response> =>
      fetch(invoices, {
        method: 'POST',
        headers: { 'x-tenant': tenant, 'content-type': 'application/json' },
        body: JSON.stringify(invoice),
      });
    const listed = async (tenant: string): Promise<readonly Invoice[]> => {
      const response = await fetch(invoices, { headers: { 'x-tenant': tenant } });
      const list = (await response.json()) as Invoice[];
      return list.sort((a, b) => a.cents - b.cents);
    };
    const of = (customer: string): Invoice[] => [1, 2, 3].map((cents) => ({ customer, cents }));

    await Promise.all([
      ...of('Ada').map((invoice) => write('acme', invoice)),
      ...of('Bob').map((invoice) => write('globex', invoice)),
    ]);
    await eventually(async () => expect(await listed('acme')).toEqual(of('Ada')));
    await eventually(async () => expect(await listed('globex')).toEqual(of('Bob')));
    expect(await listed('initech')).toEqual([]);
    expect((await fetch(invoices)).status).toBe(400);

    expect(await app.stop()).toBe('SIGTERM');
    const opened = [...app.output.matchAll(/Opened the ledger of (\w+)/g)].map(([, name]) => name);
    expect(opened.sort()).toEqual(['acme', 'globex', 'initech']);
  });

  it('fails a job that has no tenant', async () => {
    const app = example.start();
    await app.url();
    await example.enqueuer.enqueue('write_invoice', { customer: 'Eve', cents: 1 });
    await app.prints(/"write_invoice" .* failed \(1\).*A tenant is needed here/);
    expect(await app.stop()).toBe('SIGTERM');
  });
});
