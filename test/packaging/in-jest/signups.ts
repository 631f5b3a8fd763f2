// A spec of somebody else's application, which a Jest of its own runs there, without any configuration.
import { expect, it, jest } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import { Enqueuer, JobHandler, WorkModule, type Job } from '@nestcraft/work';
import { createWorkTesting } from '@nestcraft/work/testing';
import '@nestcraft/work/testing/jest';

@Injectable()
class Signups {
  constructor(private readonly enqueuer: Enqueuer) {}

  async signUp(to: string): Promise<void> {
    await this.enqueuer.enqueue('send_email', { to });
  }
}

@Injectable()
class Mailer {
  readonly sent: string[] = [];

  @JobHandler('send_email')
  sendEmail(job: Job<{ to: string }>): void {
    this.sent.push(job.args.to);
  }
}

@Module({
  imports: [
    WorkModule.forRoot({ redis: 'redis://127.0.0.1:1' }),
    WorkDashboardModule.forRoot({ path: 'jobs' }),
  ],
  providers: [Signups, Mailer],
})
class AppModule {}

it('runs a service with an enqueuer that is mocked', async () => {
  const enqueue = jest.fn();
  const module = await Test.createTestingModule({
    providers: [Signups, { provide: Enqueuer, useValue: { enqueue } }],
  }).compile();
  await module.get(Signups).signUp('ada@example.com');
  expect(enqueue).toHaveBeenCalledWith('send_email', { to: 'ada@example.com' });
});

it('runs a handler', () => {
  const mailer = new Mailer();
  mailer.sendEmail({ args: { to: 'ada@example.com' } } as Job<{ to: string }>);
  expect(mailer.sent).toEqual(['ada@example.com']);
});

it('runs the application on a Redis in memory', async () => {
  const work = await createWorkTesting({ imports: [AppModule] });
  await work.get(Signups).signUp('ada@example.com');
  expect(work).toHaveEnqueued('send_email', { to: 'ada@example.com' });
  await work.drain();
  expect(work.get(Mailer).sent).toEqual(['ada@example.com']);
  await work.close();
});
