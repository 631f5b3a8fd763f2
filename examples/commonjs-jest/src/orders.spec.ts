import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Enqueuer, type Job } from '@nestcraft/work';
import { createWorkTesting, type WorkTesting } from '@nestcraft/work/testing';
import '@nestcraft/work/testing/jest';
import { AppModule } from './app.module';
import { Mailer } from './mailer';
import { OrderMails } from './order-mails';
import { Orders, type Order } from './orders';

const ORDER: Order = { id: 7, email: 'ada@example.com' };

describe('Orders, with a mock in place of the queue', () => {
  it('enqueues a receipt', async () => {
    const enqueue = jest.fn();
    const module = await Test.createTestingModule({
      providers: [Orders, { provide: Enqueuer, useValue: { enqueue } }],
    }).compile();
    await module.get(Orders).place(ORDER);
    expect(enqueue).toHaveBeenCalledWith('send_receipt', ORDER);
  });
});

describe('OrderMails, as a plain class', () => {
  it('sends a receipt', async () => {
    const send = jest.fn<Mailer['send']>();
    await new OrderMails({ send }).sendReceipt({ args: ORDER } as Job<Order>);
    expect(send).toHaveBeenCalledWith(ORDER.email, 'Receipt of order 7');
  });
});

describe('the application, on a Redis in memory', () => {
  const send = jest.fn<Mailer['send']>();
  let work: WorkTesting;

  beforeEach(async () => {
    send.mockReset();
    work = await createWorkTesting(
      Test.createTestingModule({ imports: [AppModule] })
        .overrideProvider(Mailer)
        .useValue({ send }),
    );
  });

  afterEach(() => work.close());

  it('sends a receipt now and asks for a review after two weeks', async () => {
    await work.get(Orders).place(ORDER);
    expect(work).toHaveEnqueued('ask_for_review', ORDER, { in: '14d' });
    await work.drain();
    expect(send.mock.calls).toEqual([[ORDER.email, 'Receipt of order 7']]);
    await work.advance('14d');
    expect(send).toHaveBeenLastCalledWith(ORDER.email, 'How was order 7?');
  });

  it('keeps a receipt whose mail failed for a retry', async () => {
    send.mockRejectedValueOnce(new Error('The mail server is away'));
    await work.get(Orders).place(ORDER);
    const [receipt] = await work.drain();
    expect(receipt?.fate.kind).toBe('retry');
    await work.advance('1h');
    expect(send).toHaveBeenCalledTimes(2);
  });
});
