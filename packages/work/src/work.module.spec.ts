import 'reflect-metadata';
import {
  Body,
  Controller,
  Inject,
  Injectable,
  Module,
  Post,
  type INestApplicationContext,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Client, Enqueuer, silentLogger, WorkerPool, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { DuplicateWorkModuleError } from './errors.js';
import { JobHandler } from './job-handler.decorator.js';
import { anApp, bootError, closeApps, closeLater, work } from './testing/test-app.js';
import { isolated } from './testing/test-redis.js';
import { type WorkModuleOptions } from './work-module-options.js';
import { WorkModule } from './work.module.js';

afterEach(closeApps);

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

describe('forRoot', () => {
  it('fails for a second forRoot', async () => {
    @Module({ imports: [work()] })
    class FeatureModule {}
    expect(await bootError([work(), FeatureModule])).toBeInstanceOf(DuplicateWorkModuleError);
  });

  it('does not start a pool without handlers', async () => {
    const app = await anApp([work()]);
    expect(app.get(WorkerPool).isReady).toBe(false);
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
    closeLater(app);
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
