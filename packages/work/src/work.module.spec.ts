import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Body,
  Controller,
  Global,
  Inject,
  Injectable,
  Module,
  Post,
  type BeforeApplicationShutdown,
  type INestApplicationContext,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  Client,
  Enqueuer,
  InvalidJobNameError,
  silentLogger,
  WorkerPool,
  type Job,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  DuplicateJobHandlerError,
  DuplicateWorkModuleError,
  InvalidJobHandlerError,
} from './errors.js';
import { JobHandler } from './job-handler.decorator.js';
import type { JobMiddleware } from './job-middleware.js';
import { PeriodicJob } from './periodic-job.decorator.js';
import { eventually } from '../../../test/support/eventually.js';
import { Gate } from '../../../test/support/gate.js';
import { isolated } from './testing/test-redis.js';
import type { WorkModuleOptions } from './work-module-options.js';
import { WorkModule } from './work.module.js';

type ModuleImport = NonNullable<Parameters<typeof Module>[0]['imports']>[number];
type ProviderOf = NonNullable<Parameters<typeof Module>[0]['providers']>[number];

let apps: INestApplicationContext[] = [];

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
});

function work(options: Partial<WorkModuleOptions> = {}): ModuleImport {
  return WorkModule.forRoot({
    ...isolated(),
    logger: silentLogger,
    shutdownTimeout: 5_000,
    ...options,
  });
}

async function anApp(
  imports: ModuleImport[],
  providers: ProviderOf[] = [],
): Promise<INestApplicationContext> {
  @Module({ imports, providers })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  });
  apps.push(app);
  return app;
}

async function bootError(imports: ModuleImport[], providers: ProviderOf[] = []): Promise<unknown> {
  return anApp(imports, providers).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a @JobHandler method', () => {
  it('is called on its instance with the job and a fresh context', async () => {
    class Context {
      readonly notes: string[] = [];
    }
    @Injectable()
    class Mailer {
      readonly calls: unknown[] = [];
      @JobHandler('send_email')
      send(job: Job<{ to: string }>, context: Context): void {
        context.notes.push(job.args.to);
        this.calls.push(context);
      }
    }
    const app = await anApp([work({ context: Context })], [Mailer]);
    await app.get(Enqueuer).enqueueMany([
      { name: 'send_email', args: { to: 'a' } },
      { name: 'send_email', args: { to: 'b' } },
    ]);
    const { calls } = app.get(Mailer);
    await eventually(() => expect(calls).toHaveLength(2));
    expect(calls.every((context) => context instanceof Context)).toBe(true);
    expect(calls).toEqual([{ notes: ['a'] }, { notes: ['b'] }]);
  });

  it('may handle several names, with options of their own, and be inherited', async () => {
    const seen: string[] = [];
    class Base {
      @JobHandler('one', { maxFails: 1 })
      @JobHandler('two')
      handle(job: Job): void {
        seen.push(job.name);
      }
    }
    @Injectable()
    class Derived extends Base {}
    const app = await anApp([work()], [Derived]);
    await app.get(Enqueuer).enqueueMany([{ name: 'one' }, { name: 'two' }]);
    await eventually(() => expect(seen.sort()).toEqual(['one', 'two']));
  });

  it('is found on providers made by factories and in other modules', async () => {
    const seen: string[] = [];
    class Made {
      constructor(private readonly log: string[]) {}
      @JobHandler('made')
      handle(job: Job): void {
        this.log.push(job.name);
      }
    }
    @Module({
      providers: [
        { provide: 'MADE', useFactory: () => new Made(seen) },
        { provide: 'ALIAS', useExisting: 'MADE' },
      ],
    })
    class FeatureModule {}
    const app = await anApp([FeatureModule, work()]);
    await app.get(Enqueuer).enqueue('made');
    await eventually(() => expect(seen).toEqual(['made']));
  });

  it('is looked up at each call, so that a test can replace it', async () => {
    @Injectable()
    class Mailer {
      @JobHandler('send')
      send(): void {
        throw new Error('the real one');
      }
    }
    const app = await anApp([work()], [Mailer]);
    const seen: string[] = [];
    app.get(Mailer).send = () => void seen.push('replaced');
    await app.get(Enqueuer).enqueue('send');
    await eventually(() => expect(seen).toEqual(['replaced']));
  });
});

describe('a @PeriodicJob method', () => {
  it('is run whenever its schedule fires', async () => {
    class Clock {
      readonly ticks: unknown[] = [];
      @JobHandler('tick')
      @PeriodicJob('* * * * * *', { args: { by: 'second' } })
      tick(job: Job): void {
        this.ticks.push(job.args);
      }
    }
    const app = await anApp([work()], [Clock]);
    await eventually(() => expect(app.get(Clock).ticks[0]).toEqual({ by: 'second' }));
  });

  it('fails the boot for a schedule that never fires, and without one job name', async () => {
    class Never {
      @JobHandler('tick')
      @PeriodicJob('0 0 30 2 *')
      tick(): void {
        // Never runs.
      }
    }
    expect(await bootError([work()], [Never])).toMatchObject({
      constructor: InvalidJobHandlerError,
      className: 'Never',
      methodName: 'tick',
      message: expect.stringContaining('it never fires') as unknown,
    });
    class Nameless {
      @PeriodicJob('@daily')
      tick(): void {
        // Never runs.
      }
    }
    expect(await bootError([work()], [Nameless])).toMatchObject({
      constructor: InvalidJobHandlerError,
      message: expect.stringContaining('exactly one @JobHandler') as unknown,
    });
  });

  it('cannot be a property or a static member', () => {
    expect(() => {
      class Wrong {
        @PeriodicJob('@daily')
        static tick(): void {
          // Never runs.
        }
        other(): void {
          // A class of static members only would be no provider.
        }
      }
      return Wrong;
    }).toThrow(InvalidJobHandlerError);
  });
});

describe('middleware', () => {
  it('may be injectable classes, provided or not, and functions, and runs in order', async () => {
    @Injectable()
    class Log {
      readonly lines: string[] = [];
    }
    @Injectable()
    class Provided implements JobMiddleware<{ user?: string }> {
      constructor(private readonly log: Log) {}
      async use(_job: Job, next: () => Promise<void>, context: { user?: string }): Promise<void> {
        context.user = 'ada';
        this.log.lines.push('provided in');
        await next();
        this.log.lines.push('provided out');
      }
    }
    @Injectable()
    class NotProvided implements JobMiddleware {
      constructor(private readonly log: Log) {}
      async use(_job: Job, next: () => Promise<void>): Promise<void> {
        this.log.lines.push('not provided');
        await next();
      }
    }
    @Injectable()
    class Handler {
      constructor(private readonly log: Log) {}
      @JobHandler('n')
      handle(_job: Job, context: { user?: string }): void {
        this.log.lines.push(`handler for ${context.user}`);
      }
    }
    @Global()
    @Module({ providers: [Log], exports: [Log] })
    class LogModule {}
    const viaFunction = async (_job: Job, next: () => Promise<void>): Promise<void> => {
      await next();
    };
    const app = await anApp(
      [LogModule, work({ middleware: [Provided, viaFunction, NotProvided] })],
      [Provided, Handler],
    );
    await app.get(Enqueuer).enqueue('n');
    const { lines } = app.get(Log);
    await eventually(() =>
      expect(lines).toEqual(['provided in', 'not provided', 'handler for ada', 'provided out']),
    );
  });
});

describe('forRootAsync', () => {
  const options = (): WorkModuleOptions => ({ ...isolated(), logger: silentLogger });

  @Injectable()
  class OptionsFactory {
    createWorkOptions(): WorkModuleOptions {
      return options();
    }
  }
  @Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
  class ConfigModule {}

  it.each([
    ['useFactory', WorkModule.forRootAsync({ useFactory: () => Promise.resolve(options()) })],
    ['useClass', WorkModule.forRootAsync({ useClass: OptionsFactory })],
    [
      'useExisting',
      WorkModule.forRootAsync({ imports: [ConfigModule], useExisting: OptionsFactory }),
    ],
    [
      'inject',
      WorkModule.forRootAsync({
        imports: [ConfigModule],
        inject: [OptionsFactory],
        useFactory: (factory: OptionsFactory) => factory.createWorkOptions(),
      }),
    ],
  ])('takes its options by %s', async (_way, module) => {
    const app = await anApp([module]);
    await expect(app.get(Enqueuer).enqueue('n')).resolves.toMatchObject({ name: 'n' });
    expect(await app.get(Client).queues()).toMatchObject([{ jobName: 'n', count: 1 }]);
  });
});

describe('boot', () => {
  it('fails when a job name has two handlers, and names both', async () => {
    class One {
      @JobHandler('same')
      first(): void {
        // Never runs.
      }
    }
    class Two {
      @JobHandler('same')
      second(): void {
        // Never runs.
      }
    }
    const error = await bootError([work()], [One, Two]);
    expect(error).toBeInstanceOf(DuplicateJobHandlerError);
    expect(error).toMatchObject({
      jobName: 'same',
      first: 'One.first (AppModule)',
      second: 'Two.second (AppModule)',
    });
  });

  it('fails when two modules provide one class with handlers', async () => {
    class Shared {
      @JobHandler('same')
      handle(): void {
        // Never runs.
      }
    }
    @Module({ providers: [Shared] })
    class AModule {}
    @Module({ providers: [Shared] })
    class BModule {}
    expect(await bootError([work(), AModule, BModule])).toMatchObject({
      constructor: DuplicateJobHandlerError,
      first: 'Shared.handle (AModule)',
      second: 'Shared.handle (BModule)',
    });
  });

  it.each([
    ['a bad name', 'a,b', {}],
    ['a bad option', 'fine', { maxFails: 0 }],
  ])('fails for %s, and names class and method', async (_what, name, options) => {
    class Wrong {
      @JobHandler(name, options)
      handle(): void {
        // Never runs.
      }
    }
    const error = await bootError([work()], [Wrong]);
    expect(error).toBeInstanceOf(InvalidJobHandlerError);
    expect(error).toMatchObject({ className: 'Wrong', methodName: 'handle' });
    if (name === 'a,b') expect((error as Error).cause).toBeInstanceOf(InvalidJobNameError);
  });

  it.each([
    [
      'a property',
      () => {
        class Wrong {
          @(JobHandler('n') as PropertyDecorator)
          handle = (): void => undefined;
        }
        return Wrong;
      },
    ],
    [
      'an accessor',
      () => {
        class Wrong {
          @JobHandler('n')
          get handle(): number {
            return Math.random();
          }
        }
        return Wrong;
      },
    ],
    [
      'a static member',
      () => {
        class Wrong {
          @JobHandler('n')
          static handle(): void {
            // Never runs.
          }
          other(): void {
            // A class of static members only would be no provider.
          }
        }
        return Wrong;
      },
    ],
  ])('fails for a handler that is %s', (what, define) => {
    expect(define).toThrow(
      expect.objectContaining({
        constructor: InvalidJobHandlerError,
        className: 'Wrong',
        methodName: 'handle',
        reason: expect.stringContaining(what) as unknown,
      }),
    );
  });

  it('fails for a second forRoot', async () => {
    @Module({ imports: [work()] })
    class FeatureModule {}
    expect(await bootError([work(), FeatureModule])).toBeInstanceOf(DuplicateWorkModuleError);
  });

  it('does not start a pool without handlers', async () => {
    const app = await anApp([work()]);
    expect(app.get(WorkerPool).isReady).toBe(false);
  });
});

describe('lifecycle', () => {
  const log: string[] = [];

  /** Is open only between its hooks, as a database connection would be. */
  @Injectable()
  class Database
    implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
  {
    async onModuleInit(): Promise<void> {
      await sleep(5);
      log.push('database init');
    }
    async onApplicationBootstrap(): Promise<void> {
      await sleep(5);
      log.push('database open');
    }
    onModuleDestroy(): void {
      log.push('database closed');
    }
    onApplicationShutdown(): void {
      log.push('database gone');
    }
  }

  @Injectable()
  class Slow {
    readonly gate = new Gate();
    constructor(
      private readonly database: Database,
      private readonly enqueuer: Enqueuer,
    ) {}
    @JobHandler('slow')
    async run(): Promise<void> {
      log.push('job started');
      await this.gate.opened;
      await this.enqueuer.enqueue('follow_up');
      log.push(this.database instanceof Database ? 'job ended' : 'no database');
    }
  }

  @Module({ providers: [Database, Slow] })
  class JobsModule {}

  it.each(['WorkModule first', 'WorkModule last'])(
    'starts after, and drains before, everything else: %s',
    async (order) => {
      log.length = 0;
      const options = isolated();
      const before = await anApp([WorkModule.forRoot({ ...options, logger: silentLogger })]);
      await before.get(Enqueuer).enqueue('slow');

      const module = work(options);
      const app = await anApp(
        order === 'WorkModule first' ? [module, JobsModule] : [JobsModule, module],
      );
      await eventually(() => expect(log).toContain('job started'));
      expect(log).toEqual(['database init', 'database open', 'job started']);

      const closed = app.close();
      await sleep(20);
      expect(log).not.toContain('database closed');
      app.get(Slow).gate.open();
      await closed;
      expect(log).toEqual([
        'database init',
        'database open',
        'job started',
        'job ended',
        'database closed',
        'database gone',
      ]);
      expect(await before.get(Client).queues()).toMatchObject([
        { jobName: 'follow_up', count: 1 },
        { jobName: 'slow', count: 0 },
      ]);
    },
  );

  it("drains before the root module's own providers are destroyed", async () => {
    log.length = 0;
    const app = await anApp([work()], [Database, Slow]);
    await app.get(Enqueuer).enqueue('slow');
    await eventually(() => expect(log).toContain('job started'));
    app.get(Slow).gate.open();
    await app.close();
    expect(log.indexOf('job ended')).toBeLessThan(log.indexOf('database closed'));
  });

  it('lets the enqueuer work until the last hooks', async () => {
    const results: string[] = [];
    @Injectable()
    class Late implements BeforeApplicationShutdown {
      constructor(private readonly enqueuer: Enqueuer) {}
      async beforeApplicationShutdown(): Promise<void> {
        results.push((await this.enqueuer.enqueue('late')).name);
      }
    }
    const app = await anApp([work()], [Late]);
    await app.close();
    expect(results).toEqual(['late']);
  });

  it('puts back what does not end within shutdownTimeout', async () => {
    const options = isolated();
    const watcher = await anApp([WorkModule.forRoot({ ...options, logger: silentLogger })]);
    const app = await anApp([work({ ...options, shutdownTimeout: 10 }), JobsModule]);
    log.length = 0;
    await app.get(Enqueuer).enqueue('slow');
    await eventually(() => expect(log).toContain('job started'));
    await app.close();
    expect(await watcher.get(Client).queues()).toMatchObject([{ jobName: 'slow', count: 1 }]);
    app.get(Slow).gate.open();
  });

  it('keeps two applications in one process apart', async () => {
    const seen: string[] = [];
    @Injectable()
    class Handler {
      constructor(@Inject('NAME') private readonly name: string) {}
      @JobHandler('n')
      handle(): void {
        seen.push(this.name);
      }
    }
    const named = (name: string): Promise<INestApplicationContext> =>
      anApp([work()], [Handler, { provide: 'NAME', useValue: name }]);
    const [one, two] = await Promise.all([named('one'), named('two')]);
    await one.close();
    await two.get(Enqueuer).enqueue('n');
    await eventually(() => expect(seen).toEqual(['two']));
  });
});

describe('an HTTP application', () => {
  it('enqueues from a controller what a provider handles', async () => {
    const seen: unknown[] = [];
    @Controller('signups')
    class SignupController {
      constructor(private readonly enqueuer: Enqueuer) {}
      @Post()
      async signUp(@Body() body: { email: string }): Promise<{ id: string }> {
        const { id } = await this.enqueuer.enqueue('welcome', { email: body.email });
        return { id };
      }
    }
    @Injectable()
    class Welcome {
      @JobHandler('welcome')
      handle(job: Job): void {
        seen.push(job.args);
      }
    }
    @Module({ imports: [work()], controllers: [SignupController], providers: [Welcome] })
    class AppModule {}
    const app = await NestFactory.create(AppModule as Type, { logger: false });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/signups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'a@b.c' }),
    });
    expect(response.status).toBe(201);
    await eventually(() => expect(seen).toEqual([{ email: 'a@b.c' }]));
  });
});

describe('a testing module', () => {
  it('can have the enqueuer overridden, and connects nowhere until it is initialised', async () => {
    const enqueued: string[] = [];
    const module = await Test.createTestingModule({
      imports: [work({ redis: 'redis://127.0.0.1:1' })],
    })
      .overrideProvider(Enqueuer)
      .useValue({ enqueue: (name: string) => enqueued.push(name), close: () => undefined })
      .compile();
    await module.get(Enqueuer).enqueue('n');
    expect(enqueued).toEqual(['n']);
    await module.close();
  });
});
