import 'reflect-metadata';
import {
  BadRequestException,
  Catch,
  createParamDecorator,
  Inject,
  Injectable,
  Module,
  ParseIntPipe,
  Scope,
  SetMetadata,
  StandardSchemaValidationPipe,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplicationContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector, REQUEST } from '@nestjs/core';
import {
  Client,
  Enqueuer,
  RetryJobError,
  silentLogger,
  SnoozeJobError,
  type Job,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { tap, type Observable } from 'rxjs';
import { eventually } from '../../../test/support/eventually.js';
import { isJobContext, JobArgumentsHost } from './job-arguments-host.js';
import { JobHandler } from './job-handler.decorator.js';
import { Attempt, JobArgs, JobContext, JobRef, JobSignal } from './job-params.decorators.js';
import { JOB } from './job.token.js';
import { isolated } from './testing/test-redis.js';
import type { WorkModuleOptions } from './work-module-options.js';
import { WorkModule } from './work.module.js';

type ProviderOf = NonNullable<Parameters<typeof Module>[0]['providers']>[number];

let app: INestApplicationContext | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(
  providers: ProviderOf[],
  options: Partial<WorkModuleOptions> = {},
): Promise<{ enqueuer: Enqueuer; client: Client }> {
  @Module({
    imports: [WorkModule.forRoot({ ...isolated(), logger: silentLogger, ...options })],
    providers,
  })
  class AppModule {}
  app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  });
  return { enqueuer: app.get(Enqueuer), client: app.get(Client) };
}

async function theDead(client: Client): Promise<(string | undefined)[]> {
  return (await client.deadJobs()).jobs.map(({ job }) => job?.lastError);
}

describe('guards, interceptors and filters', () => {
  it('stand around a handler, with its class, its method and its job', async () => {
    const seen: unknown[] = [];
    const Tenant = (name: string) => SetMetadata('tenant', name);
    @Injectable()
    class TenantGuard implements CanActivate {
      constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        const tenant = this.reflector.get<string>('tenant', context.getHandler());
        const job = JobArgumentsHost.create(context).getJob<{ tenant: string }>();
        seen.push([isJobContext(context), context.getClass().name, tenant]);
        return job.args.tenant === tenant;
      }
    }
    @Injectable()
    class Timing implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        seen.push('before');
        return next.handle().pipe(tap(() => seen.push('after')));
      }
    }
    @Injectable()
    @UseInterceptors(Timing)
    class Mailer {
      @JobHandler('send')
      @Tenant('a')
      @UseGuards(TenantGuard)
      send(job: Job, context: object): void {
        seen.push([job.name, this instanceof Mailer, context]);
      }
    }
    const { enqueuer, client } = await start([Mailer]);
    await enqueuer.enqueue('send', { tenant: 'a' });
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen).toEqual([[true, 'Mailer', 'a'], 'before', ['send', true, {}], 'after']);
    await enqueuer.enqueue('send', { tenant: 'b' });
    await eventually(async () => expect(await theDead(client)).toEqual(['Forbidden resource']));
    expect(seen).toHaveLength(5);
  });

  it('may decide what becomes of the job', async () => {
    @Catch()
    class Decide implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost): unknown {
        const { name } = JobArgumentsHost.create(host).getJob();
        if (name === 'fine') return 'done';
        if (name === 'snooze') throw new SnoozeJobError(1_000);
        if (name === 'later') throw new RetryJobError(500, undefined, { cause: error });
        return undefined;
      }
    }
    @Injectable()
    @UseFilters(Decide)
    class Handlers {
      @JobHandler('fine')
      @JobHandler('snooze')
      @JobHandler('later')
      @JobHandler('undecided', { maxFails: 1 })
      fail(): void {
        throw new Error('boom');
      }
    }
    const { enqueuer, client } = await start([Handlers]);
    const names = ['fine', 'snooze', 'later', 'undecided'];
    await enqueuer.enqueueMany(names.map((name) => ({ name })));
    await eventually(async () =>
      expect(await client.counts()).toEqual({ scheduled: 1, retry: 1, dead: 1 }),
    );
    const [later] = (await client.retryJobs()).jobs;
    expect(later?.job).toMatchObject({ name: 'later', lastError: 'boom', fails: 1 });
    expect(Number(later?.at) - Date.now()).toBeGreaterThan(490_000);
    expect((await client.queues()).every(({ count }) => count === 0)).toBe(true);
  });

  it('that are global do so only when asked for', async () => {
    let asked = 0;
    @Injectable()
    class HttpGuard implements CanActivate {
      canActivate(): boolean {
        asked++;
        return false;
      }
    }
    let ran = 0;
    @Injectable()
    class Handlers {
      @JobHandler('plain')
      plain(): void {
        ran++;
      }
      @JobHandler('with_params')
      withParams(@JobArgs() args: object): void {
        if (typeof args === 'object') ran++;
      }
    }
    const providers = [Handlers, { provide: APP_GUARD, useClass: HttpGuard }];
    const { enqueuer } = await start(providers);
    await enqueuer.enqueueMany([{ name: 'plain' }, { name: 'with_params' }]);
    await eventually(() => expect(ran).toBe(2));
    expect(asked).toBe(0);
    await app?.close();
    const asking = await start(providers, { enhancers: { global: true } });
    await asking.enqueuer.enqueueMany([{ name: 'plain' }, { name: 'with_params' }]);
    await eventually(async () => expect((await asking.client.counts()).dead).toBe(2));
    expect([ran, asked]).toEqual([2, 2]);
  });
});

describe('parameters', () => {
  it('are given by decorators, through pipes', async () => {
    const Name = createParamDecorator(
      (_data: unknown, context: ExecutionContext) => JobArgumentsHost.create(context).getJob().name,
    );
    class Upper implements PipeTransform<string, string> {
      transform(value: string): string {
        return value.toUpperCase();
      }
    }
    const calls: unknown[][] = [];
    @Injectable()
    class Handlers {
      @JobHandler('all')
      all(
        @JobArgs() args: object,
        @JobArgs('n', ParseIntPipe) n: number,
        @JobArgs('s', new Upper()) s: string,
        @JobArgs('missing') missing: unknown,
        @JobRef() job: Job,
        @JobContext() context: unknown,
        @JobSignal() signal: AbortSignal,
        @Attempt() attempt: number,
        @Name() name: string,
      ): void {
        calls.push([args, n, s, missing, job.id, context, signal === job.signal, attempt, name]);
      }
    }
    class Context {
      readonly notes = [];
    }
    const { enqueuer } = await start([Handlers], { context: Context });
    const { id } = await enqueuer.enqueue('all', { n: '7', s: 'x' });
    await eventually(() => expect(calls).toHaveLength(1));
    const args = { n: '7', s: 'x' };
    expect(calls[0]).toEqual([args, 7, 'X', undefined, id, new Context(), true, 1, 'all']);
  });

  it('that are not valid are the end of the job, with all that is wrong', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof (value as { to?: unknown }).to === 'string'
            ? { value }
            : { issues: [{ message: 'to must be a string', path: ['to'] }] },
      },
    };
    const seen: unknown[] = [];
    @Injectable()
    class Handlers {
      @JobHandler('parse', { maxFails: 9 })
      parse(@JobArgs('n', ParseIntPipe) n: number): void {
        seen.push(n);
      }
      @JobHandler('several', { maxFails: 9 })
      several(): void {
        throw new BadRequestException(['a must be a number', 'b is missing']);
      }
      @JobHandler('schema', { maxFails: 9 })
      @UsePipes(new StandardSchemaValidationPipe())
      schema(@JobArgs({ schema }) args: unknown): void {
        seen.push(args);
      }
    }
    const { enqueuer, client } = await start([Handlers]);
    await enqueuer.enqueueMany([
      { name: 'parse', args: { n: 'x' } },
      { name: 'several' },
      { name: 'schema', args: { to: 'a' } },
      { name: 'schema', args: { to: 7 } },
    ]);
    await eventually(async () => expect((await client.counts()).dead).toBe(3));
    expect((await theDead(client)).sort()).toEqual([
      'Validation failed (numeric string is expected)',
      'a must be a number; b is missing',
      'to: to must be a string',
    ]);
    await eventually(() => expect(seen).toEqual([{ to: 'a' }]));
  });

  it('outcomes are the application’s to choose', async () => {
    class Hopeless extends Error {}
    @Injectable()
    class Handlers {
      @JobHandler('hopeless', { maxFails: 9 })
      hopeless(): void {
        throw new Hopeless('never');
      }
      @JobHandler('bad', { maxFails: 9 })
      bad(): void {
        throw new BadRequestException('not yet');
      }
    }
    const { enqueuer, client } = await start([Handlers], {
      outcomes: [
        { error: Hopeless, outcome: 'dead' },
        { error: BadRequestException, outcome: 'retry' },
      ],
    });
    await enqueuer.enqueueMany([{ name: 'hopeless' }, { name: 'bad' }]);
    await eventually(async () =>
      expect(await client.counts()).toEqual({ scheduled: 0, retry: 1, dead: 1 }),
    );
    const [dead] = (await client.deadJobs()).jobs;
    expect(dead?.job).toMatchObject({ name: 'hopeless', lastError: 'never', fails: 1 });
    expect(dead?.job?.backtrace).toContain('Handlers.hopeless');
  });
});

describe('a request-scoped handler', () => {
  it('is made for each job, with its dependencies and guards', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(
        @Inject(JOB) readonly job: Job<{ tenant: string }>,
        @Inject(REQUEST) readonly request: unknown,
      ) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class TenantGuard implements CanActivate {
      constructor(private readonly tenant: Tenant) {}
      canActivate(): boolean {
        return this.tenant.job.args.tenant !== 'evil';
      }
    }
    let made = 0;
    @Injectable()
    class Mailer {
      constructor(readonly tenant: Tenant) {
        made++;
      }
      @JobHandler('send')
      @UseGuards(TenantGuard)
      send(@JobRef() job: Job): void {
        seen.push([
          this.tenant.job.args.tenant,
          this.tenant.job === job,
          this.tenant.request === job,
        ]);
      }
      @JobHandler('plain')
      plain(job: Job): void {
        seen.push([job.name, this.tenant.job === job]);
      }
    }
    const { enqueuer, client } = await start([Mailer, Tenant], { concurrency: 1 });
    await enqueuer.enqueue('send', { tenant: 'a' });
    await enqueuer.enqueue('send', { tenant: 'b' });
    await enqueuer.enqueue('send', { tenant: 'evil' });
    await enqueuer.enqueue('plain', { tenant: 'c' });
    await eventually(() => expect(seen).toHaveLength(3));
    await eventually(async () => expect((await client.counts()).dead).toBe(1));
    expect(seen).toEqual([
      ['a', true, true],
      ['b', true, true],
      ['plain', true],
    ]);
    expect(made).toBe(4);
  });

  it('of two modules belongs to its own', async () => {
    const seen: string[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Shared {
      constructor(@Inject('WHERE') readonly where: string) {}
    }
    @Injectable()
    class A {
      constructor(readonly shared: Shared) {}
      @JobHandler('a')
      run(): void {
        seen.push(this.shared.where);
      }
    }
    @Injectable()
    class B {
      constructor(readonly shared: Shared) {}
      @JobHandler('b')
      run(): void {
        seen.push(this.shared.where);
      }
    }
    @Module({ providers: [A, Shared, { provide: 'WHERE', useValue: 'in a' }] })
    class AModule {}
    @Module({ providers: [B, Shared, { provide: 'WHERE', useValue: 'in b' }] })
    class BModule {}
    @Module({
      imports: [WorkModule.forRoot({ ...isolated(), logger: silentLogger }), AModule, BModule],
    })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    await app.get(Enqueuer).enqueueMany([{ name: 'a' }, { name: 'b' }]);
    await eventually(() => expect(seen.sort()).toEqual(['in a', 'in b']));
  });
});
