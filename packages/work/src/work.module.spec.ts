import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Client, Enqueuer, silentLogger, WorkerPool } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { anApp, closeApps, work } from './testing/test-app.js';
import { isolated } from './testing/test-redis.js';
import type { WorkModuleOptions, WorkOptionsFactory } from './options/work-module-options.js';
import { WorkModule } from './work.module.js';

afterEach(closeApps);

describe('forRootAsync', () => {
  const options = (): WorkModuleOptions => ({ ...isolated(), logger: silentLogger });

  @Injectable()
  class OptionsFactory implements WorkOptionsFactory {
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
    await expect(app.get(Enqueuer).enqueue('n')).resolves.toMatchObject({ job: { name: 'n' } });
    expect(await app.get(Client).queues.list()).toMatchObject([{ jobName: 'n', count: 1 }]);
  });
});

describe('forRoot', () => {
  it('does not start a pool without handlers', async () => {
    const app = await anApp([work()]);
    expect(app.get(WorkerPool).isReady).toBe(false);
  });
});
