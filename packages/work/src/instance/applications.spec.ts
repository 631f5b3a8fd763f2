import 'reflect-metadata';
import { Body, Controller, Inject, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Enqueuer, WorkerPool, type Job } from '@nestcraft/engine';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { anApp, closeApps, closeLater, work } from '../testing/test-app.js';
import { TEST_ADMIN_URL, TEST_REDIS_URL } from '../testing/test-redis.js';

afterEach(closeApps);

/** An application with a controller that enqueues and a provider that handles. */
function aModule(): { AppModule: new () => object; seen: unknown[] } {
  const seen: unknown[] = [];
  @Controller('signups')
  class SignupController {
    constructor(private readonly enqueuer: Enqueuer) {}
    @Post()
    @MessagePattern('sign_up')
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
  return { AppModule, seen };
}

async function signUp(url: string): Promise<number> {
  const response = await fetch(`${url}/signups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'a@b.c' }),
  });
  return response.status;
}

describe('an HTTP application', () => {
  it('enqueues from a controller for a handler of a provider', async () => {
    const { AppModule, seen } = aModule();
    const app = closeLater(await NestFactory.create(AppModule, { logger: false }));
    await app.listen(0, '127.0.0.1');
    expect(await signUp(await app.getUrl())).toBe(201);
    await eventually(() => expect(seen).toEqual([{ email: 'a@b.c' }]));
  });
});

describe('a hybrid application', () => {
  it('enqueues from requests, and stops with its microservices', async () => {
    const { AppModule, seen } = aModule();
    const app = closeLater(await NestFactory.create(AppModule, { logger: false }));
    app.connectMicroservice<MicroserviceOptions>(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
      { inheritAppConfig: true },
    );
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    expect(await signUp(await app.getUrl())).toBe(201);
    await eventually(() => expect(seen).toEqual([{ email: 'a@b.c' }]));
    const pool = app.get(WorkerPool);
    await app.close();
    expect(pool.isReady).toBe(false);
  });
});

describe('a preview', () => {
  it('creates nothing, and needs no address of Redis', async () => {
    let asked = 0;
    @Module({ imports: [work({ redis: () => String(asked++) })] })
    class AppModule {}
    const options = { preview: true, logger: false } as const;
    closeLater(await NestFactory.createApplicationContext(AppModule, options));
    const app = closeLater(await NestFactory.create(AppModule, options));
    expect(asked).toBe(0);
    expect(app.get(Enqueuer)).not.toBeInstanceOf(Enqueuer);
  });
});

describe('two applications in one process', () => {
  it('share nothing', async () => {
    const seen: string[] = [];
    @Injectable()
    class Handler {
      constructor(@Inject('NAME') private readonly name: string) {}
      @JobHandler('n')
      handle(): void {
        seen.push(this.name);
      }
    }
    const named = (name: string): ReturnType<typeof anApp> =>
      anApp([work()], [Handler, { provide: 'NAME', useValue: name }]);
    const [one, two] = await Promise.all([named('one'), named('two')]);
    await one.close();
    await two.get(Enqueuer).enqueue('n');
    await eventually(() => expect(seen).toEqual(['two']));
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

describe('the option redis', () => {
  const made: Redis[] = [];
  const anInstance = (): Redis => {
    const redis = new Redis(TEST_ADMIN_URL);
    made.push(redis);
    return redis;
  };
  afterEach(() => {
    for (const redis of made.splice(0)) redis.disconnect();
  });

  it.each([
    ['a URL', TEST_REDIS_URL],
    ['options', { host: '127.0.0.1', port: Number(new URL(TEST_REDIS_URL).port) }],
    ['a function that returns a URL', () => TEST_REDIS_URL],
    ['a function that promises options', () => Promise.resolve({ ...anInstance().options })],
  ])('may be %s', async (_what, redis) => {
    const app = await anApp([work({ redis })]);
    await expect(app.get(Enqueuer).enqueue('n')).resolves.toMatchObject({ job: { name: 'n' } });
  });

  it('may be an instance, which stays as it is', async () => {
    const redis = anInstance();
    const app = await anApp([work({ redis })]);
    await app.get(Enqueuer).enqueue('n');
    await app.close();
    expect(await redis.ping()).toBe('PONG');
  });

  it('may be a function that makes an instance, whose connection is ended', async () => {
    const app = await anApp([work({ redis: () => anInstance() })]);
    await app.get(Enqueuer).enqueue('n');
    await eventually(() => expect(made.map(({ status }) => status)).toEqual(['end']));
  });
});
