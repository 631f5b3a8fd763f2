import {
  Injectable,
  Module,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Enqueuer, WorkerPool } from '@nestcraft/engine';
import { Registry } from 'prom-client';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { isolated } from '../testing/test-redis.js';
import { WorkModule } from '../work.module.js';
import { WorkMetricsModule, type WorkMetricsModuleOptions } from './work-metrics.module.js';

@Injectable()
class Mailer {
  @JobHandler('send_email')
  sendEmail(): void {
    // Nothing to do is work enough.
  }
}

const apps: INestApplication[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function anApp(
  options?: WorkMetricsModuleOptions,
  { adapter, role }: { adapter?: FastifyAdapter; role?: 'enqueuer' } = {},
): Promise<INestApplication> {
  @Module({
    imports: [WorkModule.forRoot({ ...isolated(), role }), WorkMetricsModule.forRoot(options)],
    providers: [Mailer],
  })
  class App {}
  const app = adapter
    ? await NestFactory.create(App, adapter, { logger: false })
    : await NestFactory.create(App, { logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

async function page(app: INestApplication, path = 'metrics'): Promise<Response> {
  return fetch(`${await app.getUrl()}/${path}`);
}

describe.each([
  ['Express', () => undefined],
  ['Fastify', () => new FastifyAdapter()],
])('the metrics page on %s', (_, adapter) => {
  it("shows the metrics of jobs in Prometheus's format", async () => {
    const app = await anApp({}, { adapter: adapter() });
    await app.get(Enqueuer).enqueue('send_email');
    await app.get(WorkerPool).drain();
    await eventually(async () => {
      const response = await page(app);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect((await response.text()).split('\n')).toEqual(
        expect.arrayContaining([
          'nestcraft_work_jobs_enqueued_total{job_name="send_email"} 1',
          'nestcraft_work_jobs_done_total{job_name="send_email"} 1',
          'nestcraft_work_queue_depth{job_name="send_email"} 0',
        ]),
      );
    });
  });
});

it('may stand elsewhere, with a registry and a prefix of the user', async () => {
  const registry = new Registry();
  const app = await anApp({ path: 'internal/jobs', registry, prefix: 'acme_' });
  expect(await (await page(app, 'internal/jobs')).text()).toContain('acme_workers 10');
});

it('may be left out, where another page shows the registry', async () => {
  const registry = new Registry();
  const app = await anApp({ path: false, registry });
  expect((await page(app)).status).toBe(404);
  expect(await registry.metrics()).toContain('nestcraft_work_workers 10');
});

it('shows no workers in a process that only enqueues', async () => {
  const app = await anApp({}, { role: 'enqueuer' });
  const text = await (await page(app)).text();
  expect(text).toContain('nestcraft_work_jobs_enqueued_total');
  expect(text).not.toContain('nestcraft_work_workers');
});

it('leaves the registry to the next application of the process', async () => {
  await (await anApp()).close();
  apps.length = 0;
  const next = await anApp();
  expect((await page(next)).status).toBe(200);
});

it('takes its registry and its guards from a factory with injected values', async () => {
  const registry = new Registry();
  @Injectable()
  class Keys {
    readonly scraper = 'secret';
  }
  @Module({ providers: [Keys], exports: [Keys] })
  class KeysModule {}
  @Injectable()
  class ScraperGuard implements CanActivate {
    constructor(private readonly keys: Keys) {}
    canActivate(context: ExecutionContext): boolean {
      const { headers } = context.switchToHttp().getRequest<Pick<Request, 'headers'>>();
      return Reflect.get(headers, 'x-key') === this.keys.scraper;
    }
  }
  @Module({
    imports: [
      WorkModule.forRoot(isolated()),
      WorkMetricsModule.forRootAsync({
        imports: [KeysModule],
        inject: [Keys],
        useFactory: ({ scraper }: Keys) => ({ registry, prefix: `${scraper}_` }),
        guards: [ScraperGuard],
      }),
    ],
  })
  class App {}
  const app = await NestFactory.create(App, { logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  expect((await page(app)).status).toBe(403);
  const shown = await fetch(`${await app.getUrl()}/metrics`, { headers: { 'x-key': 'secret' } });
  expect(await shown.text()).toContain('secret_workers 10');
});

it('may show two instances on one page, by a prefix each', async () => {
  const registry = new Registry();
  @Module({
    imports: [
      WorkModule.forRoot(isolated()),
      WorkModule.forRoot({ ...isolated(), name: 'billing', concurrency: 3 }),
      WorkMetricsModule.forRoot({ registry }),
      WorkMetricsModule.forRoot({ registry, prefix: 'billing_', instance: 'billing', path: false }),
    ],
  })
  class App {}
  const app = await NestFactory.create(App, { logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  const lines = (await (await page(app)).text()).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['nestcraft_work_workers 10', 'billing_workers 3']));
});
