import { Injectable, Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, expect, it } from '@jest/globals';
import { Enqueuer, WorkerPool, type Handler } from '@nestcraft/engine';
import { JobDecoratorService, type DecoratedJob } from './job-decorator.service.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { isolated } from '../testing/test-redis.js';
import { WorkModule } from '../work.module.js';

@Injectable()
class Journal {
  readonly lines: unknown[] = [];
}

@Injectable()
class Mailer {
  constructor(private readonly journal: Journal) {}

  @JobHandler('send_email')
  sendEmail(): void {
    this.journal.lines.push('handler');
  }
}

@Injectable()
class Tracing extends JobDecoratorService {
  constructor(private readonly journal: Journal) {
    super();
  }

  override decorate(handler: Handler, job: DecoratedJob): Handler {
    this.journal.lines.push(job);
    return async (...args) => {
      this.journal.lines.push('before');
      await handler(...args);
    };
  }
}

let close: () => Promise<void>;
afterEach(() => close());

async function anApp(jobDecorator?: Type<JobDecoratorService>): Promise<INestApplicationContext> {
  @Module({
    imports: [WorkModule.forRoot({ ...isolated(), jobDecorator })],
    providers: [Journal, Mailer, Tracing],
  })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  close = () => app.close();
  return app;
}

it('gets every handler once, at the start of the application, and its result runs instead', async () => {
  const app = await anApp(Tracing);
  await app.get(Enqueuer).enqueue('send_email');
  await app.get(WorkerPool).drain();
  const job = { className: 'Mailer', methodName: 'sendEmail', instance: undefined };
  expect(app.get(Journal).lines).toEqual([{ jobName: 'send_email', ...job }, 'before', 'handler']);
});

it('changes nothing unless it is overridden', async () => {
  const app = await anApp();
  await app.get(Enqueuer).enqueue('send_email');
  await app.get(WorkerPool).drain();
  expect(app.get(Journal).lines).toEqual(['handler']);
});
