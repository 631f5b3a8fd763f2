import 'reflect-metadata';
import { stripVTControlCharacters } from 'node:util';
import {
  BadRequestException,
  Controller,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  UseGuards,
  type CanActivate,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Client,
  defineJob,
  Enqueuer,
  InvalidOptionError,
  NoHandlerError,
  silentLogger,
  type Job,
} from '@nestcraft/engine';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InjectEnqueuer } from '../instance/instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload } from '../decorators/job-params.decorators.js';
import { PeriodicJob } from '../decorators/periodic-job.decorator.js';
import { WorkModule } from '../work.module.js';
import { WorkTestingError } from './errors.js';
import './jest.js';
import { TEST_ADMIN_URL, TEST_REDIS_URL } from './test-redis.js';
import type { WorkTesting } from './work-testing.js';
import { createWorkTesting, type WorkTestingOptions } from './create-work-testing.js';

// What nobody may reach in these tests.
const PRODUCTION = 'redis://production.invalid:6379';
const NOW = new Date('2030-01-07T08:30:00Z'); // a Monday
const Ping = defineJob<{ n: number }>('ping');

@Injectable()
class Log {
  readonly lines: string[] = [];
}

@Injectable()
class Mailer {
  constructor(
    private readonly log: Log,
    private readonly enqueuer: Enqueuer,
  ) {}

  @JobHandler('send_email', { maxFails: 3, backoff: () => '60s' })
  send(job: Job<{ to: string }>): void {
    this.log.lines.push(`mail to ${job.args.to}`);
  }

  @JobHandler('welcome')
  async welcome(job: Job<{ to: string }>): Promise<void> {
    this.log.lines.push(`welcome ${job.args.to}`);
    await this.enqueuer.enqueue('send_email', { to: job.args.to });
    await this.enqueuer.enqueue('remind', { to: job.args.to }, { in: '1h' });
  }

  @JobHandler('remind')
  remind(job: Job<{ to: string }>): void {
    this.log.lines.push(`reminder to ${job.args.to}`);
  }
}

@Injectable()
class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class Others {
  constructor(private readonly log: Log) {}

  @JobHandler(Ping)
  ping(job: Job<{ n: number }>): void {
    this.log.lines.push(`ping ${job.args.n}`);
  }

  @JobHandler('guarded')
  @UseGuards(Never)
  guarded(): void {
    this.log.lines.push('guarded');
  }

  @JobHandler('piped')
  piped(@JobPayload('n', ParseIntPipe) n: number): void {
    this.log.lines.push(`piped ${n}`);
  }

  @JobHandler('again')
  @PeriodicJob('0 9 * * MON-FRI')
  again(): void {
    this.log.lines.push('report');
  }
}

@Controller('signups')
class Signups {
  constructor(private readonly enqueuer: Enqueuer) {}

  @Post(':to')
  async signUp(@Param('to') to: string): Promise<void> {
    await this.enqueuer.enqueue('welcome', { to });
  }
}

@Module({
  imports: [WorkModule.forRoot({ redis: PRODUCTION, logger: silentLogger })],
  controllers: [Signups],
  providers: [Log, Mailer, Others],
})
class AppModule {}

let work: WorkTesting;

afterEach(() => work.close());

async function start(options: WorkTestingOptions = {}): Promise<Enqueuer> {
  work = await createWorkTesting({ imports: [AppModule] }, { now: NOW, ...options });
  return work.get(Enqueuer);
}

/** Without the colours. */
function messageOf(assert: () => unknown): string {
  try {
    assert();
    return 'no error';
  } catch (error) {
    return stripVTControlCharacters((error as Error).message);
  }
}

function lines(): string[] {
  return work.get(Log).lines;
}

describe('an application under test', () => {
  it('enqueues, and runs nothing until asked to', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue('welcome', { to: 'ada' });
    expect(lines()).toEqual([]);
    expect(await work.jobs()).toMatchObject([{ state: 'waiting', job: { name: 'welcome' } }]);
  });

  it('has no timers, and a time that only the test moves', async () => {
    await start();
    expect(work.now).toEqual(NOW);
  });

  it('takes overrides, options from a factory, and makes another application than the module', async () => {
    @Module({
      imports: [
        WorkModule.forRootAsync({
          useFactory: () => Promise.resolve({ redis: PRODUCTION, logger: silentLogger }),
        }),
      ],
      controllers: [Signups],
      providers: [Log, Mailer],
    })
    class AsyncModule {}
    const log = { lines: ['overridden'] };
    const web: WorkTesting<INestApplication> = await createWorkTesting(
      Test.createTestingModule({ imports: [AsyncModule] })
        .overrideProvider(Log)
        .useValue(log),
      { application: (module) => module.createNestApplication({ logger: false }) },
    );
    work = web;
    await web.app.listen(0);
    await fetch(`${await web.app.getUrl()}/signups/ada`, { method: 'POST' });
    await work.drain();
    expect(log.lines).toEqual(['overridden', 'welcome ada', 'mail to ada']);
  });

  it('has all its instances, each with its jobs', async () => {
    @Injectable()
    class Billing {
      constructor(
        @InjectEnqueuer('billing') readonly billing: Enqueuer,
        private readonly log: Log,
      ) {}
      @JobHandler('invoice', { instance: 'billing' })
      invoice(): void {
        this.log.lines.push('invoice');
      }
    }
    @Module({
      imports: [
        AppModule,
        WorkModule.forRoot({ name: 'billing', redis: PRODUCTION, namespace: 'b' }),
      ],
      providers: [Billing, Log],
    })
    class TwoModule {}
    work = await createWorkTesting({ imports: [TwoModule] });
    await work.get(Billing).billing.enqueue('invoice', undefined, { in: '1m' });
    await work.get(Enqueuer).enqueue('send_email', { to: 'ada' });
    expect(await work.jobs()).toHaveLength(2);
    expect(await work.advance('1m')).toMatchObject([
      { job: { name: 'send_email' } },
      { job: { name: 'invoice' } },
    ]);
  });

  it('may only enqueue', async () => {
    work = await createWorkTesting({
      imports: [WorkModule.forRoot({ redis: PRODUCTION, role: 'enqueuer' })],
    });
    await work.get(Enqueuer).enqueue('elsewhere', { n: 1 });
    expect(await work.drain()).toEqual([]);
    expect(work).toHaveEnqueued('elsewhere', { n: 1 });
    expect(await work.get(Client).queues.list()).toMatchObject([
      { jobName: 'elsewhere', count: 1 },
    ]);
    await expect(work.perform('elsewhere')).rejects.toThrow(WorkTestingError);
  });
});

describe('drain', () => {
  it('runs waiting jobs in order, and the jobs that they enqueue', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue('welcome', { to: 'ada' });
    await enqueuer.enqueue(Ping, { n: 1 });
    await enqueuer.enqueue('send_email', { to: 'bob' });
    const settled = await work.drain();
    expect(lines()).toEqual(['welcome ada', 'ping 1', 'mail to bob', 'mail to ada']);
    expect(settled.map(({ fate }) => fate.kind)).toEqual(['done', 'done', 'done', 'done']);
    expect(await work.drain()).toEqual([]);
    expect(await work.jobs()).toMatchObject([{ state: 'scheduled', job: { name: 'remind' } }]);
  });

  it('leaves paused jobs, and jobs without a handler', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue('nobody');
    await enqueuer.enqueue('ping', { n: 1 });
    await work.get(Client).queue('ping').pause();
    expect(await work.drain()).toEqual([]);
    expect(await work.jobs()).toHaveLength(2);
  });

  it('does not run endlessly', async () => {
    @Injectable()
    class Endless {
      constructor(private readonly enqueuer: Enqueuer) {}
      @JobHandler('endless')
      async handle(): Promise<void> {
        await this.enqueuer.enqueue('endless');
      }
    }
    work = await createWorkTesting({
      imports: [WorkModule.forRoot({ redis: PRODUCTION })],
      providers: [Endless],
    });
    await work.get(Enqueuer).enqueue('endless');
    await expect(work.drain({ maxRuns: 20 })).rejects.toThrow(WorkTestingError);
  });
});

describe('advance', () => {
  it('runs scheduled jobs at their time, in order', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue('ping', { n: 2 }, { in: '2h' });
    await enqueuer.enqueue('ping', { n: 1 }, { in: '1m' });
    await enqueuer.enqueue('welcome', { to: 'ada' });
    await work.advance('59s');
    expect(lines()).toEqual(['welcome ada', 'mail to ada']);
    await work.advance(1_000);
    expect(lines().at(-1)).toBe('ping 1');
    await work.advance('1d');
    expect(
      lines()
        .filter((line) => line !== 'report')
        .slice(-2),
    ).toEqual(['reminder to ada', 'ping 2']);
    expect(work.now.getTime() - NOW.getTime()).toBe(86_460_000);
  });

  it('fires schedules at their times, each time once', async () => {
    await start();
    const days = await work.advance('7d');
    expect(lines()).toEqual(Array.from({ length: 5 }, () => 'report'));
    expect(days.map(({ job }) => job.enqueuedAt.toISOString())).toEqual(
      ['07', '08', '09', '10', '11'].map((day) => `2030-01-${day}T09:00:00.000Z`),
    );
  });

  it('runs retries after their backoff, until the job is dead', async () => {
    const enqueuer = await start();
    for (let i = 0; i < 3; i++) work.failNext('send_email', new Error('no route'));
    await enqueuer.enqueue('send_email', { to: 'ada' });
    expect(await work.drain()).toMatchObject([
      { fate: { kind: 'retry' }, error: { message: 'no route' } },
    ]);
    expect(await work.jobs()).toMatchObject([
      { state: 'retry', job: { fails: 1 }, runAt: new Date(NOW.getTime() + 60_000) },
    ]);
    await work.advance('2m');
    expect(await work.dead()).toMatchObject([
      { name: 'send_email', fails: 3, lastError: 'no route' },
    ]);
    expect(lines()).toEqual([]);
  });

  it.each(['soon', '', '5', '-1s', -1, NaN])('refuses %j', async (duration) => {
    await start();
    await expect(work.advance(duration)).rejects.toThrow(InvalidOptionError);
  });
});

describe('perform', () => {
  it('runs one job with pipes and guards, and rejects with its error', async () => {
    await start();
    await work.perform('piped', { n: '7' });
    await work.perform(Ping, { n: 8 });
    expect(lines()).toEqual(['piped 7', 'ping 8']);
    await expect(work.perform('piped', { n: 'x' })).rejects.toThrow(BadRequestException);
    await expect(work.perform('guarded')).rejects.toThrow('Forbidden');
    await expect(work.perform('nobody')).rejects.toThrow(NoHandlerError);
    expect(await work.jobs()).toEqual([]);
  });

  it('fails as failNext has said, once', async () => {
    await start();
    work.failNext(Ping, new RangeError('no'));
    await expect(work.perform(Ping, { n: 1 })).rejects.toThrow(RangeError);
    await work.perform(Ping, { n: 2 });
    expect(lines()).toEqual(['ping 2']);
  });
});

it('refuses to make a job fail that has no handler', async () => {
  await start();
  expect(() => work.failNext('pnig')).toThrow(NoHandlerError);
});

describe('toHaveEnqueued', () => {
  it('asserts enqueued jobs, by arguments, time and number', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue(Ping, { n: 1 });
    await enqueuer.enqueue(Ping, { n: 2 });
    await enqueuer.enqueue('ping', { n: 3 }, { in: '5m' });
    await work.drain();
    expect(work).toHaveEnqueued(Ping, { n: 1 });
    expect(work).toHaveEnqueued('ping', { n: expect.any(Number) }, { times: 3 });
    expect(work).toHaveEnqueued('ping', undefined, { times: 2, in: 0 });
    expect(work).toHaveEnqueued(
      'ping',
      { n: 3 },
      { in: '5m', at: new Date(NOW.getTime() + 300_000) },
    );
    expect(work).not.toHaveEnqueued('ping', { n: 4 });
    expect(work).not.toHaveEnqueued('ping', { n: 3 }, { in: '4m' });
    expect(work).not.toHaveEnqueued('pong');
    expect(work.enqueued).toHaveLength(3);
  });

  it('lists the jobs that were enqueued instead', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue(Ping, { n: 1 });
    await enqueuer.enqueue('remind', { to: 'ada' }, { in: '1m' });
    expect(messageOf(() => expect(work).toHaveEnqueued('ping', { n: 2 }, { in: '5m' }))).toBe(
      [
        'Expected: job "ping", with {"n": 2}, to run "5m" after it is enqueued',
        'Fitting: 0',
        'Enqueued:',
        '  "ping" with {"n": 1}',
        '  "remind" with {"to": "ada"}, to run at 2030-01-07T08:31:00.000Z',
      ].join('\n'),
    );
    expect(
      messageOf(() => expect(work).not.toHaveEnqueued('remind', undefined, { times: 1 })),
    ).toBe(
      [
        'Expected: no job "remind", with any arguments, exactly once',
        'Fitting: 1',
        'Enqueued:',
        '  "remind" with {"to": "ada"}, to run at 2030-01-07T08:31:00.000Z',
        '  "ping" with {"n": 1}',
      ].join('\n'),
    );
    await work.clear();
    expect(messageOf(() => expect(work).toHaveEnqueued(Ping))).toBe(
      'Expected: job "ping", with any arguments\nFitting: 0\nEnqueued: nothing',
    );
    expect(() => expect({}).toHaveEnqueued('ping')).toThrow(InvalidOptionError);
  });

  it('does not count a unique job that waits already', async () => {
    const enqueuer = await start();
    await enqueuer.enqueue('ping', { n: 1 }, { unique: true });
    await enqueuer.enqueue('ping', { n: 1 }, { unique: true });
    expect(work).toHaveEnqueued('ping', { n: 1 }, { times: 1 });
  });
});

it('clear forgets jobs, enqueued jobs, and planned failures', async () => {
  const enqueuer = await start();
  await enqueuer.enqueue('ping', { n: 1 }, { unique: true });
  await enqueuer.enqueue('remind', { to: 'ada' }, { in: '1m' });
  work.failNext('ping');
  await work.clear();
  expect(await work.jobs()).toEqual([]);
  expect(work).not.toHaveEnqueued('ping');
  expect(await enqueuer.enqueue('ping', { n: 1 }, { unique: true })).toMatchObject({
    status: 'enqueued',
  });
  expect(await work.drain()).toMatchObject([{ fate: { kind: 'done' } }]);
});

describe('on a real Redis', () => {
  it('does the same, with keys of its own that are gone afterwards', async () => {
    const enqueuer = await start({ redis: TEST_REDIS_URL });
    await enqueuer.enqueue('welcome', { to: 'ada' });
    await work.advance('1h');
    expect(lines()).toEqual(['welcome ada', 'mail to ada', 'report', 'reminder to ada']);
    const redis = new Redis(TEST_ADMIN_URL);
    const keys = await redis.keys('test-*:work:*');
    expect(keys.length).toBeGreaterThan(0);
    await work.close();
    expect(await redis.exists(keys)).toBe(0);
    redis.disconnect();
  });
});

describe('autoRun', () => {
  it('runs jobs by themselves, in real time', async () => {
    const enqueuer = await start({ autoRun: true });
    await enqueuer.enqueue('welcome', { to: 'ada' });
    await work.drain();
    expect(lines()).toEqual(['welcome ada', 'mail to ada']);
    await expect(work.advance('1s')).rejects.toThrow(WorkTestingError);
  });
});
