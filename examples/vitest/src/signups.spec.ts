import { Test } from '@nestjs/testing';
import { createWorkTesting, type WorkTesting } from '@nestcraft/work/testing';
import '@nestcraft/work/testing/vitest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppModule } from './app.module.js';
import { SendTips, SendWelcome } from './jobs.js';
import { Mailer } from './mailer.js';
import { Signups } from './signups.js';

const ADA = 'ada@example.com';

describe('signing up', () => {
  const send = vi.fn<Mailer['send']>();
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

  it('enqueues a welcome and, for later, tips', async () => {
    await work.get(Signups).signUp(ADA);
    expect(work).toHaveEnqueued(SendWelcome, { to: ADA }, { times: 1 });
    expect(work).toHaveEnqueued(SendTips, { to: ADA }, { in: '3d' });
  });

  it('sends the tips after three days', async () => {
    await work.get(Signups).signUp(ADA);
    await work.drain();
    expect(send.mock.calls).toEqual([[ADA, 'Welcome!']]);
    await work.advance('3d');
    expect(send).toHaveBeenLastCalledWith(ADA, 'Three tips for you');
  });

  it('tries the welcome again after a minute', async () => {
    work.failNext(SendWelcome, new Error('The mail server is away'));
    await work.get(Signups).signUp(ADA);
    const [first] = await work.drain();
    expect(first?.fate.kind).toBe('retry');
    await work.advance('1m');
    expect(send.mock.calls).toEqual([[ADA, 'Welcome!']]);
  });

  it('gives up after three failures', async () => {
    send.mockRejectedValue(new Error('No such mailbox'));
    await work.get(Signups).signUp(ADA);
    await work.advance('5m');
    expect(await work.dead()).toMatchObject([
      { name: 'send_welcome', fails: 3, lastError: 'No such mailbox' },
    ]);
  });

  it('runs a single handler without a queue', async () => {
    await work.perform(SendTips, { to: ADA });
    expect(send).toHaveBeenCalledExactlyOnceWith(ADA, 'Three tips for you');
  });
});
