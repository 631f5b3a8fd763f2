import 'reflect-metadata';
import {
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
  type CanActivate,
  type LoggerService,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client, Enqueuer, silentLogger, WorkerPool, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { getEnqueuerToken, InjectEnqueuer } from '../instance/instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload } from '../decorators/job-params.decorators.js';
import { OnJobEvent } from '../decorators/on-job-event.decorator.js';
import { WorkMetricsModule } from '../prometheus/index.js';
import { closeApps, closeLater } from '../testing/test-app.js';
import { isolated } from '../testing/test-redis.js';
import { createWorkTesting } from '../testing/create-work-testing.js';
import { WorkEvents } from '../events/work-events.js';
import { WorkInstance } from '../instance/work-instance.js';
import { WorkModule } from '../work.module.js';

afterEach(closeApps);

@Injectable()
class Never implements CanActivate {
  canActivate(context: { getArgByIndex(index: number): Job }): boolean {
    return context.getArgByIndex(0).args.evil !== true;
  }
}

@Injectable()
class Mailer {
  @JobHandler('send_email')
  send(job: Job): unknown {
    throw new Error(`no mail is sent by tests: ${job.id}`);
  }

  @JobHandler('guarded', { maxFails: 1 })
  @UseGuards(Never)
  guarded(@JobPayload('to') to: string): unknown {
    throw new Error(`no mail is sent by tests: ${to}`);
  }
}

@Injectable()
class Signups {
  constructor(
    private readonly enqueuer: Enqueuer,
    @Inject(WorkEvents) events: Partial<WorkEvents>,
  ) {
    events.dead?.subscribe();
  }

  signUp(to: string): Promise<unknown> {
    return this.enqueuer.enqueue('send_email', { to });
  }

  @OnJobEvent('done')
  hear(): void {
    // Of a mock there is nothing to hear.
  }
}

@Module({ providers: [Mailer], exports: [Mailer] })
class MailModule {}

class Lines implements LoggerService {
  readonly errors: unknown[] = [];
  log(): void {
    // Only errors count.
  }
  warn(): void {
    // Only errors count.
  }
  error(...line: unknown[]): void {
    this.errors.push(line);
  }
}

function appWith(overrides: (builder: ReturnType<typeof Test.createTestingModule>) => unknown) {
  const lines = new Lines();
  const builder = Test.createTestingModule({
    imports: [
      WorkModule.forRoot({ ...isolated(), logger: lines, only: ['send_*', 'guarded'] }),
      WorkModule.configureJobs([{ job: 'send_email', maxFails: 2 }]),
      MailModule,
    ],
    providers: [Signups],
  }).setLogger(lines);
  overrides(builder);
  return { builder, lines };
}

async function started(overrides: Parameters<typeof appWith>[0]) {
  const { builder, lines } = appWith(overrides);
  const app: TestingModule = closeLater(await builder.compile());
  await app.init();
  return { app, lines };
}

describe('a mock in the place of a part of the module', () => {
  const mocks: readonly [string, unknown, unknown][] = [
    ['Enqueuer', Enqueuer, { enqueue: jest.fn() }],
    ['Client', Client, {}],
    ['WorkerPool', WorkerPool, { start: jest.fn() }],
    ['WorkerPool, stubbed', WorkerPool, Object.create(WorkerPool.prototype)],
    ['WorkEvents', WorkEvents, {}],
  ];

  it.each(mocks)('%s: the application starts, closes, and closes Redis', async (_, token, mock) => {
    const { app, lines } = await started((builder) =>
      builder.overrideProvider(token).useValue(mock),
    );
    const { connection } = app.get(WorkInstance, { strict: false });
    expect(app.get<unknown>(token as never)).toBe(mock);
    await app.close();
    expect(lines.errors).toEqual([]);
    await expect(connection.ready()).rejects.toThrow('closed');
  });

  it('enqueues for the application', async () => {
    const enqueue = jest.fn<Enqueuer['enqueue']>();
    const { app } = await started((builder) =>
      builder.overrideProvider(Enqueuer).useValue({ enqueue }),
    );
    await app.get(Signups).signUp('ada');
    expect(enqueue).toHaveBeenCalledWith('send_email', { to: 'ada' });
  });

  it('runs no jobs in the place of a pool', async () => {
    const start = jest.fn();
    const { app } = await started((builder) =>
      builder.overrideProvider(WorkerPool).useValue({ start }),
    );
    await app.get(Enqueuer).enqueue('send_email');
    expect(await app.get(Client).queues.list()).toMatchObject([
      { jobName: 'send_email', count: 1 },
    ]);
    expect(start).not.toHaveBeenCalled();
  });

  it('may be a real pool, which is run', async () => {
    const source = isolated();
    const pool = new WorkerPool({ ...source, logger: silentLogger });
    const { app } = await started((builder) => builder.overrideProvider(WorkerPool).useValue(pool));
    expect(pool.jobNames).toEqual(['send_email', 'guarded']);
    expect(pool.isReady).toBe(true);
    await app.close();
    expect(pool.isReady).toBe(false);
  });

  it('of a named instance, too, and beside the metrics', async () => {
    @Injectable()
    class Billing {
      constructor(@InjectEnqueuer('billing') readonly enqueuer: Enqueuer) {}
    }
    const lines = new Lines();
    const app = await Test.createTestingModule({
      imports: [
        WorkModule.forRoot({ ...isolated(), name: 'billing', logger: lines }),
        WorkMetricsModule.forRoot({ instance: 'billing', path: false }),
      ],
      providers: [Billing],
    })
      .overrideProvider(getEnqueuerToken('billing'))
      .useValue({ enqueue: () => 'mocked' })
      .setLogger(lines)
      .compile();
    await app.init();
    expect(app.get(Billing).enqueuer.enqueue('n')).toBe('mocked');
    await app.close();
    expect(lines.errors).toEqual([]);
  });

  it('may stand in an application under test', async () => {
    const enqueue = jest.fn();
    const { builder } = appWith((one) =>
      one
        .overrideProvider(Enqueuer)
        .useValue({ enqueue })
        .overrideProvider(Client)
        .useValue({})
        .overrideProvider(WorkerPool)
        .useValue({}),
    );
    const work = await createWorkTesting(builder);
    await work.get(Signups).signUp('ada');
    expect(enqueue).toHaveBeenCalledTimes(1);
    expect([await work.drain(), await work.jobs(), await work.dead()]).toEqual([[], [], []]);
    await work.clear();
    await work.close();
  });
});

describe('a mock of a class of handlers', () => {
  const send = jest.fn<(job: Job) => void>();
  const guarded = jest.fn<(to: string) => void>();
  class FakeMailer {
    send = send;
    guarded = guarded;
  }
  @Injectable({ scope: Scope.REQUEST })
  class ScopedMailer {
    send(job: Job): void {
      send(job);
    }
    guarded(to: string): void {
      guarded(to);
    }
  }
  afterEach(() => void jest.clearAllMocks());

  type Overriding = ReturnType<ReturnType<typeof Test.createTestingModule>['overrideProvider']>;
  it.each<[string, (mailer: Overriding) => unknown]>([
    ['useValue', (mailer) => mailer.useValue({ send, guarded })],
    ['useClass', (mailer) => mailer.useClass(FakeMailer)],
    ['useClass, request-scoped', (mailer) => mailer.useClass(ScopedMailer)],
    ['useFactory', (mailer) => mailer.useFactory({ factory: () => new FakeMailer() })],
  ])('handles its jobs, as they were decorated: %s', async (_, override) => {
    const { app } = await started((builder) => override(builder.overrideProvider(Mailer)));
    const enqueuer = app.get(Enqueuer);
    await enqueuer.enqueueMany([
      { name: 'send_email', args: { to: 'ada' } },
      { name: 'guarded', args: { to: 'ada', evil: true } },
      { name: 'guarded', args: { to: 'bob' } },
    ]);
    await app.get(WorkerPool).drain();
    expect(send.mock.calls.map(([job]) => job.args)).toEqual([{ to: 'ada' }]);
    expect(guarded.mock.calls).toEqual([['bob']]);
    const { jobs } = await app.get(Client).dead.list();
    expect(jobs.map(({ job }) => job?.lastError)).toEqual(['Forbidden resource']);
  });

  it('fails a job for which it has no method', async () => {
    const { app, lines } = await started((builder) =>
      builder.overrideProvider(Mailer).useValue({}),
    );
    expect(lines.errors).toEqual([]);
    await app.get(Enqueuer).enqueue('guarded', { to: 'ada' });
    await app.get(WorkerPool).drain();
    const { jobs } = await app.get(Client).dead.list();
    expect(jobs[0]?.job?.lastError).toMatch(
      /^TypeError: The provider that handles the job has no method "guarded"/,
    );
  });

  it('handles its own jobs if it is decorated', async () => {
    const heard: string[] = [];
    class OtherMailer extends FakeMailer {
      @JobHandler('send_email')
      deliver(): void {
        heard.push('delivered');
      }
    }
    @Injectable()
    class DecoratedMailer {
      @JobHandler('send_email')
      send(): void {
        heard.push('sent');
      }
    }
    const { app } = await started((builder) =>
      builder.overrideProvider(Mailer).useClass(DecoratedMailer),
    );
    await app.get(Enqueuer).enqueue('send_email');
    await eventually(() => expect(heard).toEqual(['sent']));
    // Two methods for one job are two handlers, here as everywhere.
    const { builder } = appWith((one) => one.overrideProvider(Mailer).useClass(OtherMailer));
    const app2 = await builder.compile();
    await expect(app2.init()).rejects.toThrow('has two handlers');
  });

  it('may be a whole module without the class', async () => {
    @Module({})
    class NoMail {}
    const lines = new Lines();
    const app = await Test.createTestingModule({
      imports: [WorkModule.forRoot({ ...isolated(), logger: lines }), MailModule],
      providers: [Signups],
    })
      .setLogger(lines)
      .overrideModule(MailModule)
      .useModule(NoMail)
      .compile();
    await app.init();
    await app.close();
    expect(lines.errors).toEqual([]);
  });
});
