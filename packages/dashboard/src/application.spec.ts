import {
  Catch,
  HttpException,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  Controller,
  Get,
  Module,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { silentLogger, WorkModule } from '@nestcraft/work';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { map, throwError, timeout } from 'rxjs';
import { eventually } from '../../../test/support/eventually.js';
import { WorkDashboardModule } from './dashboard.module.js';
import type { DashboardRequest } from './options/dashboard-options.js';
import {
  ADAPTERS,
  Dashboards,
  deadEntry,
  problem,
  REDIS,
  send,
  StreamReader,
} from './testing/dashboards.js';

let dashboards: Dashboards;

beforeEach(() => {
  dashboards = new Dashboards();
});

afterEach(() => dashboards.close());

/** As docs.nestjs.com has it: every answer becomes `{ data }`. */
const wrapping = {
  intercept: (_: ExecutionContext, next: CallHandler) =>
    next.handle().pipe(map((data: unknown) => ({ data }))),
};

@Catch(HttpException)
class ReshapingFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: HttpException, host: ArgumentsHost): void {
    const response: unknown = host.switchToHttp().getResponse();
    this.host.httpAdapter.reply(response, { wrong: true }, error.getStatus());
  }
}

const IS_PUBLIC = 'isPublic';
const Public = () => SetMetadata(IS_PUBLIC, true);

/** Lets in what is marked as public; `signsIn` puts a user on the request, as passport does. */
class Guard implements CanActivate {
  constructor(private readonly signsIn = false) {}

  canActivate(context: ExecutionContext): boolean {
    const isPublic = [context.getHandler(), context.getClass()].some(
      (target) => Reflect.getMetadata(IS_PUBLIC, target) === true,
    );
    const request = context.switchToHttp().getRequest<{ user?: object; headers: object }>();
    if (this.signsIn && 'user' in request.headers) request.user = { name: request.headers.user };
    if (isPublic || request.user) return true;
    throw new UnauthorizedException();
  }
}

describe.each(ADAPTERS)('in an application on %s', (_name, fastify) => {
  it('global interceptors, pipes and filters do not change responses of the dashboard', async () => {
    const prepare = (app: INestApplication): void => {
      app.useGlobalInterceptors(wrapping);
      app.useGlobalFilters(new ReshapingFilter(app.get(HttpAdapterHost)));
      app.useGlobalPipes({ transform: () => 'piped' });
    };
    const url = await dashboards.serve({}, { fastify, prepare });
    const { redis, namespace } = dashboards;
    await redis.zadd(`${namespace}:dead`, 10, deadEntry('1'));
    const text = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(JSON.parse(await text('/api/me'))).toMatchObject({ namespace });
    expect(JSON.parse(await text('/api/jobs/dead?limit=1'))).toMatchObject({ total: 1 });
    expect(JSON.parse(await text('/compat/dead_jobs'))).toMatchObject({ count: 1 });
    expect(await text('/api/jobs/dead/10/1/entry')).toBe(deadEntry('1'));
    expect(await text('/app')).toMatch(/^<!doctype html>/i);
    const script = /assets\/[^"]+\.js/.exec(await text('/app'))?.[0];
    expect((await text(`/${script}`)).length).toBeGreaterThan(10_000);
    expect(await text('/api/search?q=boom')).toContain('event: hits\ndata: [{"set":"dead"');
    const jobs = [{ at: 10, id: '1' }];
    const deleted = await send(`${url}/api/jobs/dead/delete`, { jobs });
    expect(await deleted.json()).toEqual({ results: ['deleted'] });
    expect((await send(`${url}/api/queues/n/pause`)).status).toBe(204);
    expect((await send(`${url}/api/queues/n/empty`)).status).toBe(202);
    expect(await problem(await fetch(`${url}/api/jobs/dead/1/x`))).toEqual({
      ...{ status: 404, code: 'not_found' },
    });
    const reader = new StreamReader(await fetch(`${url}/api/events`));
    await eventually(() => expect(reader.text).toMatch(/event: snapshot\ndata: \{"time"/));
    await reader.cancel();
  });

  it('an interceptor that loses patience is heard, and the late answer is not', async () => {
    const impatient = {
      intercept: (_: ExecutionContext, next: CallHandler) => {
        const late = () => throwError(() => new HttpException('too slow', 408));
        return next.handle().pipe(timeout({ first: 1, with: late }));
      },
    };
    const prepare = (app: INestApplication): void => void app.useGlobalInterceptors(impatient);
    const url = await dashboards.serve({}, { fastify, prepare });
    const slow = await fetch(`${url}/api/health`);
    expect(await problem(slow)).toEqual({ status: 408, code: 'http' });
    expect((await fetch(`${url}/api/nonsense`)).status).toBe(404); // and the application goes on
  });

  it('a global guard guards it, and decorators let it pass', async () => {
    const prepare = (app: INestApplication): void => void app.useGlobalGuards(new Guard());
    const guarded = await dashboards.serve({}, { fastify, prepare });
    const refused = await fetch(`${guarded}/api/me`);
    expect(await problem(refused)).toEqual({ status: 401, code: 'unauthenticated' });
    const url = await dashboards.serve({ decorators: [Public()] }, { fastify, prepare });
    for (const path of ['/app', '/api/me', '/compat/queues']) {
      expect((await fetch(url + path)).status).toBe(200);
    }
    expect((await send(`${url}/api/queues/n/pause`)).status).toBe(204);
  });

  it('whom a guard refuses is invited to sign in, as whom authenticate does not know', async () => {
    const prepare = (app: INestApplication): void => void app.useGlobalGuards(new Guard());
    const url = await dashboards.serve({ loginUrl: '/login' }, { fastify, prepare });
    const page = await fetch(`${url}/app`, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login']);
    expect(await (await fetch(`${url}/api/me`)).json()).toMatchObject({ loginUrl: '/login' });
  });

  it("a guard of the application's own runs before authenticate, which sees its user", async () => {
    interface Request extends DashboardRequest {
      readonly user?: { readonly name: string };
    }
    const url = await dashboards.serve(
      {
        decorators: [UseGuards(new Guard(true))],
        authenticate: ({ user }: Request) => user?.name,
        authorize: (name, action) => name === 'ada' || action === 'view',
      },
      { fastify },
    );
    const as = (user: string) => ({ headers: { user } });
    expect((await fetch(`${url}/api/me`)).status).toBe(401);
    const me = await fetch(`${url}/api/me`, as('bob'));
    expect(await me.json()).toMatchObject({ actions: ['view'] });
    expect((await send(`${url}/api/queues/n/pause`, {}, { user: 'ada' })).status).toBe(204);
  });

  it('options that come from a factory know the request of the application, too', async () => {
    interface Request extends DashboardRequest {
      readonly user?: { readonly name: string };
    }
    const module = WorkDashboardModule.forRootAsync({
      path: 'later',
      decorators: [UseGuards(new Guard(true))],
      useFactory: () => ({
        authenticate: ({ user }: Request) => user,
        authorize: (user: { readonly name: string }, action) =>
          user.name === 'ada' || action === 'view',
      }),
    });
    const url = await dashboards.serve({}, { fastify, imports: [module] });
    const later = `${new URL(url).origin}/later/api/me`;
    const me = await fetch(later, { headers: { user: 'bob' } });
    expect(await me.json()).toMatchObject({ actions: ['view'] });
  });

  it('leaves requests on the same path to other handlers', async () => {
    @Controller('work')
    class Reports {
      @Get('reports/:id')
      report(): string {
        return 'a report';
      }
    }
    @Module({ controllers: [Reports] })
    class ReportsModule {}
    const imports = [{ module: ReportsModule }];
    for (const path of ['work', '']) {
      const url = await dashboards.serve({ path }, { fastify, imports });
      const { origin } = new URL(url);
      expect(await (await fetch(`${origin}/work/reports/1`)).text()).toBe('a report');
      expect((await fetch(`${url}/api/nonsense`)).status).toBe(404);
      expect((await fetch(`${url}/api/me`)).status).toBe(200);
      expect((await fetch(url)).url).toMatch(/\/app$/);
    }
  });

  it('works in a testing module, which gets its adapter later', async () => {
    const module = await Test.createTestingModule({
      imports: [
        WorkModule.forRoot({
          ...{ redis: REDIS, namespace: dashboards.namespace, logger: silentLogger },
        }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
      ],
    }).compile();
    const app = module.createNestApplication(fastify ? new FastifyAdapter() : new ExpressAdapter());
    dashboards.apps.push(app);
    await app.listen(0, '127.0.0.1');
    expect((await fetch(`${await app.getUrl()}/work/api/queues/a/jobs`)).status).toBe(200);
  });
});
