import { randomUUID } from 'node:crypto';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Enqueuer, silentLogger, WorkerPool, WorkModule } from '@nestcraft/work';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Redis } from 'ioredis';
import { WorkDashboardModule } from '../dashboard.module.js';
import { OPENAPI } from './openapi.js';
import { ROUTE_CLASSES } from './router.provider.js';
import { routesOf } from '../requests/routes.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';
interface Documented {
  readonly 'x-action': string;
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

/** Method, path and action of every route of the dashboard. */
function routes(): string[] {
  return ROUTE_CLASSES.flatMap(({ prototype }) => routesOf(prototype)).map(
    ({ method, path, action }) => `${method} /${path.replace(/:(\w+)/g, '{$1}')}: ${action}`,
  );
}

function documented(): string[] {
  return Object.entries(OPENAPI.paths as unknown as Record<string, Record<string, Documented>>)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, one]) => `${method.toUpperCase()} ${path}: ${one['x-action']}`,
      ),
    )
    .sort();
}

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate({ ...OPENAPI });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('lists all routes and their actions, and no others', () => {
    const api = routes().filter((route) => /^\w+ \/api\//.test(route));
    expect(documented()).toEqual(api.map((route) => route.replace(' /api/', ' /')).sort());
  });

  it('leaves out only routes that change nothing', () => {
    const others = routes().filter((route) => !/^\w+ \/api\//.test(route));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((route) => !route.startsWith('GET '))).toEqual([]);
  });
});

describe('the responses of the API', () => {
  const namespace = `test-${randomUUID()}`;
  const ajv = new Ajv2020({ strict: false });
  let app: INestApplication;
  let redis: Redis;

  beforeAll(async () => {
    redis = new Redis(ADMIN_REDIS);
    @Module({
      imports: [
        WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
      ],
    })
    class AppModule {}
    app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    ajv.addSchema({ $id: 'doc', ...(OPENAPI as object) });
    const pool = new WorkerPool({ redis: REDIS, namespace, logger: silentLogger });
    pool.job('n', (job) => {
      if (job.args.fail) throw new Error('no');
    });
    pool.periodicallyEnqueue('@every 1h', 'n', { args: { a: 1 } });
    const enqueuer = app.get(Enqueuer);
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n', args: { fail: true } }]);
    await pool.start();
    await pool.drain();
    await enqueuer.enqueue('m', { x: 1 });
    await enqueuer.enqueue('n', { y: 2 }, { in: '1m', unique: true });
    await redis.sadd(`${namespace}:worker_pools`, 'silent');
    await redis.hset(
      `${namespace}:nestcraft:last_results`,
      'periodic:n:@every 1h',
      JSON.stringify({ jobId: 'i', result: 'dead', at: 5, duration: 3, error: 'no' }),
    );
    const dead = '{"name":"n","id":"1","t":1,"args":null,"fails":4,"err":"boom","failed_at":5}';
    await redis.zadd(`${namespace}:dead`, 7, dead, 8, 'no job');
    await redis.hset(`${namespace}:worker:w`, 'job_name', 'n');
    const stall = { kind: 'waiting', subject: 'm', since: new Date(), text: 'T.', remedy: 'R.' };
    const recovery = { ...stall, recoveredAt: new Date() };
    const note = JSON.stringify(stall);
    await redis.zadd(
      `${namespace}:nestcraft:stall_notes`,
      '+inf',
      `${namespace}:nestcraft:stalls:s`,
    );
    await redis.hset(`${namespace}:nestcraft:stalls:s`, 'waiting:m', note);
    await redis.rpush(`${namespace}:nestcraft:stall_log`, JSON.stringify(recovery), note);
    await redis.set(`${namespace}:jobs:n:lock`, 3);
    stop = () => pool.stop();
  });

  let stop: () => Promise<unknown> = () => Promise.resolve();

  afterAll(async () => {
    await stop();
    await app.close();
    redis.disconnect();
  });

  it.each([
    ['/openapi.json', '/openapi.json'],
    ['/me', '/me'],
    ['/snapshot', '/snapshot'],
    ['/metrics', '/metrics?range=1h'],
    ['/rates', '/rates'],
    ['/periodic', '/periodic'],
    ['/alerts', '/alerts'],
    ['/explain', '/explain?name=m'],
    ['/explain', '/explain?id=1'],
    ['/explain', '/explain?id=nowhere&name=n'],
    ['/health', '/health'],
    ['/health', '/health?again=1'],
    ['/locks', '/locks'],
    ['/queues/{name}/jobs', '/queues/m/jobs'],
    ['/queues/{name}/jobs/{position}/{id}', 'the waiting job'],
    ['/jobs/{set}', '/jobs/retry'],
    ['/jobs/{set}', '/jobs/scheduled'],
    ['/jobs/{set}', '/jobs/dead'],
    ['/jobs/{set}/count', '/jobs/dead/count?name=n'],
    ['/jobs/{set}/{at}/{id}', '/jobs/dead/7/1'],
    ['/jobs/{set}/{at}/{id}', 'the retry'],
  ])('to GET %s is what it documents (%s)', async (path, url) => {
    const base = `${await app.getUrl()}/work/api`;
    let address = url;
    if (url === 'the waiting job') {
      const page = (await (await fetch(`${base}/queues/m/jobs`)).json()) as {
        jobs: { id: string }[];
      };
      address = `/queues/m/jobs/1/${page.jobs[0]?.id}`;
    }
    if (url === 'the retry') {
      const page = (await (await fetch(`${base}/jobs/retry`)).json()) as {
        jobs: { at: number; id: string }[];
      };
      address = `/jobs/retry/${page.jobs[0]?.at}/${page.jobs[0]?.id}`;
    }
    const response = await fetch(base + address);
    expect(response.status).toBe(200);
    const pointer = path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
    const validate = ajv.compile({
      $ref: `doc#/paths/${pointer}/get/responses/200/content/application~1json/schema`,
    });
    validate(await response.json());
    expect(validate.errors).toBeNull();
  });
});
