import 'reflect-metadata';
import { Controller, Get, Injectable, Module, type Type } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  TerminusModule,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import { Enqueuer, WorkerPool } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { closeApps, closeLater, work, type Imports } from '../testing/test-app.js';
import { WorkHealthIndicator } from './work-health-indicator.js';

afterEach(closeApps);

@Injectable()
class Handlers {
  @JobHandler('n')
  @JobHandler('n', { instance: 'billing' })
  handle(): void {
    // Nothing to do.
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly work: WorkHealthIndicator,
  ) {}
  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.work.isHealthy('work')]);
  }
}

async function anApp(imports: Imports, handlers: Type[] = [Handlers]): Promise<INestApplication> {
  @Module({
    imports: [TerminusModule.forRoot({ logger: false }), ...imports],
    controllers: [HealthController],
    providers: [WorkHealthIndicator, ...handlers],
  })
  class AppModule {}
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = closeLater(testing.createNestApplication({ logger: false }));
  await app.listen(0, '127.0.0.1');
  return app;
}

async function health(app: INestApplication): Promise<{ http: number; body: HealthCheckResult }> {
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return { http: response.status, body: (await response.json()) as HealthCheckResult };
}

const both = (): Imports => [work(), work({ name: 'billing' })];

describe('WorkHealthIndicator', () => {
  it('is up, with figures, while the pool fetches', async () => {
    const { http, body } = await health(await anApp(both()));
    expect(http).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { work: { status: 'up', isReady: true, busy: 0, concurrency: 10, problems: [] } },
    });
  });

  it('is down when the pool has stopped', async () => {
    const app = await anApp(both());
    await app.get(WorkerPool).stop();
    const { http, body } = await health(app);
    expect(http).toBe(503);
    expect(body.error).toMatchObject({ work: { status: 'down', isReady: false } });
  });

  it('is degraded, with HTTP status 200, while jobs wait that no pool handles', async () => {
    const app = await anApp(both());
    await app.get(Enqueuer).enqueue('nobody');
    const { http, body } = await health(app);
    expect(http).toBe(200);
    expect(body.details).toMatchObject({ work: { status: 'degraded', unhandled: ['nobody'] } });
  });

  it('says so to a Terminus that does not know degraded', async () => {
    const app = await anApp(both());
    await app.get(Enqueuer).enqueue('nobody');
    const old = app.get(HealthIndicatorService, { strict: false });
    const check = old.check.bind(old);
    old.check = (key) => Object.assign(check(key), { degraded: undefined });
    const { http, body } = await health(app);
    expect(http).toBe(200);
    expect(body.details).toMatchObject({ work: { status: 'up', degraded: true } });
  });

  it('asks in a process that runs no jobs whether Redis answers', async () => {
    const app = await anApp([work({ role: 'enqueuer' }), work({ name: 'billing' })]);
    expect((await health(app)).body.details).toEqual({ work: { status: 'up' } });
  });

  it('looks at a named instance', async () => {
    const app = await anApp([work({ role: 'enqueuer' }), work({ name: 'billing' })]);
    const indicator = app.get(WorkHealthIndicator);
    expect(await indicator.isHealthy('billing', { instance: 'billing' })).toMatchObject({
      billing: { status: 'up', concurrency: 10 },
    });
    await expect(indicator.isHealthy('x', { instance: 'nowhere' })).rejects.toThrow();
  });
});
