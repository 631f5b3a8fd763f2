import 'reflect-metadata';
import {
  Catch,
  Inject,
  Injectable,
  Module,
  Scope,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import {
  Client,
  KillJobError,
  Enqueuer,
  WorkerPool,
  RetryJobError,
  SnoozeJobError,
  type Job,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { tap, type Observable } from 'rxjs';
import { eventually } from '../../../../test/support/eventually.js';
import { isJobContext, JobArgumentsHost } from './job-arguments-host.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload, JobRef } from '../decorators/job-params.decorators.js';
import { aWorker, closeApps, closeLater, deathsOf, work } from '../testing/test-app.js';

afterEach(closeApps);

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
    const { enqueuer, client } = await aWorker([Mailer]);
    await enqueuer.enqueue('send', { tenant: 'a' });
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen).toEqual([[true, 'Mailer', 'a'], 'before', ['send', true, {}], 'after']);
    await enqueuer.enqueue('send', { tenant: 'b' });
    await eventually(async () => expect(await deathsOf(client)).toEqual(['Forbidden resource']));
    expect(seen).toHaveLength(5);
  });

  it('may decide the fate of the job', async () => {
    @Catch()
    class Decide implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost): unknown {
        const { name } = JobArgumentsHost.create(host).getJob();
        if (name === 'fine') return 'done';
        if (name === 'snooze') throw new SnoozeJobError('1000s');
        if (name === 'later') throw new RetryJobError('500s', undefined, { cause: error });
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
    const { enqueuer, client } = await aWorker([Handlers]);
    const names = ['fine', 'snooze', 'later', 'undecided'];
    await enqueuer.enqueueMany(names.map((name) => ({ name })));
    await eventually(async () =>
      expect(await client.counts()).toEqual({ scheduled: 1, retry: 1, dead: 1 }),
    );
    const [later] = (await client.retries.list()).jobs;
    expect(later?.job).toMatchObject({ name: 'later', lastError: 'boom', fails: 1 });
    expect(Number(later?.at) - Date.now()).toBeGreaterThan(490_000);
    expect((await client.queues.list()).every(({ count }) => count === 0)).toBe(true);
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
      withParams(@JobPayload() args: object): void {
        if (typeof args === 'object') ran++;
      }
    }
    const providers = [Handlers, { provide: APP_GUARD, useClass: HttpGuard }];
    const { app, enqueuer } = await aWorker(providers);
    await enqueuer.enqueueMany([{ name: 'plain' }, { name: 'with_params' }]);
    await eventually(() => expect(ran).toBe(2));
    expect(asked).toBe(0);
    await app.close();
    const asking = await aWorker(providers, { enhancers: { global: true } });
    await asking.enqueuer.enqueueMany([{ name: 'plain' }, { name: 'with_params' }]);
    await eventually(async () => expect((await asking.client.counts()).dead).toBe(2));
    expect([ran, asked]).toEqual([2, 2]);
  });

  it('that report a failure, and promise nothing, leave it a failure', async () => {
    const reported: string[] = [];
    @Catch()
    class Report implements ExceptionFilter {
      async catch(error: Error): Promise<void> {
        reported.push(await Promise.resolve(error.message));
      }
    }
    @Catch()
    class Settle implements ExceptionFilter {
      catch(): Promise<string> {
        return Promise.resolve('done');
      }
    }
    @Injectable()
    class Handlers {
      @JobHandler('reported', { maxFails: 9 })
      @UseFilters(Report)
      reported(): void {
        throw new Error('boom');
      }
      @JobHandler('settled', { maxFails: 9 })
      @UseFilters(Settle)
      settled(@JobRef() job: Job): void {
        throw new Error(job.name);
      }
    }
    const { enqueuer, client } = await aWorker([Handlers]);
    await enqueuer.enqueueMany([{ name: 'reported' }, { name: 'settled' }]);
    await eventually(async () => expect((await client.counts()).retry).toBe(1));
    expect((await client.retries.list()).jobs[0]?.job).toMatchObject({
      ...{ name: 'reported', lastError: 'boom', fails: 1 },
    });
    expect(reported).toEqual(['boom']);
    await eventually(async () =>
      expect(await client.queues.list()).toMatchObject([
        { jobName: 'reported', count: 0, inProgress: 0 },
        { jobName: 'settled', count: 0, inProgress: 0 },
      ]),
    );
    expect(await client.counts()).toMatchObject({ retry: 1, dead: 0 });
  });

  it('are injected: a filter decides by its class, the method before the class, also of guards', async () => {
    const seen: string[] = [];
    @Injectable()
    class Log {
      add(line: string): void {
        seen.push(line);
      }
    }
    class TooBusy extends Error {}
    @Injectable()
    class Busy implements CanActivate {
      canActivate(): never {
        throw new TooBusy('busy');
      }
    }
    @Injectable()
    @Catch(TooBusy)
    class OnBusy implements ExceptionFilter {
      constructor(private readonly log: Log) {}
      catch(_error: TooBusy, host: ArgumentsHost): string {
        this.log.add(`busy: ${JobArgumentsHost.create(host).getJob().name}`);
        return 'done';
      }
    }
    @Injectable()
    @Catch()
    class OnAll implements ExceptionFilter {
      constructor(private readonly log: Log) {}
      catch(error: Error): never {
        this.log.add(`other: ${error.message}`);
        throw new KillJobError(error.message);
      }
    }
    @Injectable()
    @UseFilters(OnAll)
    class Handlers {
      @JobHandler('guarded')
      @UseFilters(OnBusy)
      @UseGuards(Busy)
      guarded(): void {
        // Never runs.
      }
      @JobHandler('throws')
      @UseFilters(OnBusy)
      throws(): void {
        throw new Error('boom');
      }
    }
    const { enqueuer, client } = await aWorker([Handlers, Log]);
    await enqueuer.enqueueMany([{ name: 'guarded' }, { name: 'throws' }]);
    await eventually(() => expect(seen.sort()).toEqual(['busy: guarded', 'other: boom']));
    await eventually(async () => expect(await deathsOf(client)).toEqual(['boom']));
  });

  it('that an HTTP application has for its requests leave jobs alone', async () => {
    const asked: string[] = [];
    const ask = (what: string): boolean => asked.push(what) > 0;
    @Injectable()
    class Handlers {
      @JobHandler('plain')
      plain(): void {
        ask('ran');
      }
      @JobHandler('with_params')
      withParams(@JobPayload('to') to: string): void {
        if (to === 'ada') ask('ran');
      }
      @JobHandler('guarded')
      @UseGuards({ canActivate: () => true })
      guarded(): void {
        ask('ran');
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @JobHandler('scoped')
      scoped(@JobPayload() args: object): void {
        if ('to' in args) ask('ran');
      }
      @JobHandler('fails', { maxFails: 1 })
      fails(@JobPayload() args: object): void {
        throw new Error(Object.keys(args).join());
      }
    }
    @Module({ imports: [work()], providers: [Handlers, Scoped] })
    class App {}
    const app = closeLater(await NestFactory.create(App, { logger: false }));
    app.useGlobalGuards({ canActivate: () => !ask('guard') });
    app.useGlobalInterceptors({ intercept: (_, next) => (ask('interceptor'), next.handle()) });
    app.useGlobalPipes({ transform: () => ask('pipe') });
    app.useGlobalFilters({ catch: () => ask('filter') });
    await app.init();
    const names = ['plain', 'with_params', 'guarded', 'scoped', 'fails'];
    await app.get(Enqueuer).enqueueMany(names.map((name) => ({ name, args: { to: 'ada' } })));
    await app.get(WorkerPool).drain();
    expect(asked).toEqual(['ran', 'ran', 'ran', 'ran']);
    expect(await deathsOf(app.get(Client))).toEqual(['to']);
  });
});
