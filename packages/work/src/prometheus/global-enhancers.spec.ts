import {
  Catch,
  Injectable,
  Module,
  RequestMethod,
  SetMetadata,
  UnauthorizedException,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from '@jest/globals';
import { map, tap, type Observable } from 'rxjs';
import { work } from '../testing/test-app.js';
import { WorkMetricsModule, type WorkMetricsModuleOptions } from './work-metrics.module.js';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const Public = () => SetMetadata('isPublic', true);

@Injectable()
class Login implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>('isPublic', places)) return true;
    throw new UnauthorizedException('Who are you?');
  }
}

/** The one of Nest's documentation. */
class Wrap implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** Says how long it took. */
class Timing implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<{
      header(name: string, value: string): void;
    }>();
    return next.handle().pipe(tap(() => response.header('x-took', '1')));
  }
}

/** Lets nothing be empty. */
class NotEmpty implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap((data) => {
        if (data === undefined) throw new Error('empty');
      }),
    );
  }
}

@Catch()
class Envelope implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{
      status(status: number): { send(body: object): void };
    }>();
    response.status(418).send({ error: error.message });
  }
}

const apps: INestApplication[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

describe.each([
  ['Express', () => undefined],
  ['Fastify', () => new FastifyAdapter()],
])('the metrics page of an application with enhancers of its own, on %s', (_, adapterOf) => {
  async function get(
    path: string,
    options: WorkMetricsModuleOptions,
    configure: (app: INestApplication) => unknown = () => undefined,
    providers: NonNullable<Parameters<typeof Module>[0]['providers']> = [],
  ): Promise<Response> {
    @Module({ imports: [work(), WorkMetricsModule.forRoot(options)], providers })
    class App {}
    const adapter = adapterOf();
    const app = adapter
      ? await NestFactory.create(App, adapter, { logger: false })
      : await NestFactory.create(App, { logger: false });
    apps.push(app);
    configure(app);
    await app.listen(0, '127.0.0.1');
    return fetch(`${await app.getUrl()}/${path}`);
  }

  async function expectPage(response: Response): Promise<void> {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(TEXT);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    expect(text).toContain('nestcraft_work_workers 10');
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  }

  it('is text, whatever interceptors make of responses', async () => {
    const wrap = { provide: APP_INTERCEPTOR, useClass: Wrap };
    const response = await get(
      'metrics',
      {},
      (app) => app.useGlobalInterceptors(new Timing(), new Wrap(), new NotEmpty()),
      [wrap],
    );
    await expectPage(response);
    expect(response.headers.get('x-took')).toBe(adapterOf() ? null : '1');
  });

  it('stands behind global guards, which answer as they do elsewhere', async () => {
    const guard = { provide: APP_GUARD, useClass: Login };
    const configure = (app: INestApplication) => app.useGlobalFilters(new Envelope());
    const refused = await get('metrics', {}, configure, [guard]);
    expect([refused.status, await refused.json()]).toEqual([418, { error: 'Who are you?' }]);
  });

  it('passes them with a decorator of the application', async () => {
    const guard = { provide: APP_GUARD, useClass: Login };
    await expectPage(await get('metrics', { decorators: [Public()] }, undefined, [guard]));
  });

  it('has no version, and the prefix of the application', async () => {
    const response = await get('api/metrics', {}, (app) => {
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    });
    await expectPage(response);
  });

  it('has no prefix where the application excludes it', async () => {
    const response = await get('metrics', {}, (app) =>
      app.setGlobalPrefix('api', { exclude: [{ path: 'metrics', method: RequestMethod.GET }] }),
    );
    await expectPage(response);
  });

  it('answers HEAD without a body', async () => {
    await get('metrics', {}, (app) => app.useGlobalInterceptors(new Wrap()));
    const [app] = apps;
    const head = await fetch(`${await app?.getUrl()}/metrics`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      ...[200, TEXT, ''],
    ]);
  });
});
