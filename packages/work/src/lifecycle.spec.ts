import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Client, Enqueuer, silentLogger } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { Gate } from '../../../test/support/gate.js';
import { JobHandler } from './job-handler.decorator.js';
import { anApp, closeApps, work } from './testing/test-app.js';
import { isolated } from './testing/test-redis.js';
import { WorkModule } from './work.module.js';

afterEach(closeApps);

describe('lifecycle', () => {
  const log: string[] = [];

  /** Is open only between its hooks, as a database connection would be. */
  @Injectable()
  class Database
    implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
  {
    async onModuleInit(): Promise<void> {
      await sleep(5);
      log.push('database init');
    }
    async onApplicationBootstrap(): Promise<void> {
      await sleep(5);
      log.push('database open');
    }
    onModuleDestroy(): void {
      log.push('database closed');
    }
    onApplicationShutdown(): void {
      log.push('database gone');
    }
  }

  @Injectable()
  class Slow {
    readonly gate = new Gate();
    constructor(
      private readonly database: Database,
      private readonly enqueuer: Enqueuer,
    ) {}
    @JobHandler('slow')
    async run(): Promise<void> {
      log.push('job started');
      await this.gate.opened;
      await this.enqueuer.enqueue('follow_up');
      log.push(this.database instanceof Database ? 'job ended' : 'no database');
    }
  }

  @Module({ providers: [Database, Slow] })
  class JobsModule {}

  it.each(['WorkModule first', 'WorkModule last'])(
    'starts after, and drains before, everything else: %s',
    async (order) => {
      log.length = 0;
      const options = isolated();
      const before = await anApp([WorkModule.forRoot({ ...options, logger: silentLogger })]);
      await before.get(Enqueuer).enqueue('slow');

      const module = work(options);
      const app = await anApp(
        order === 'WorkModule first' ? [module, JobsModule] : [JobsModule, module],
      );
      await eventually(() => expect(log).toContain('job started'));
      expect(log).toEqual(['database init', 'database open', 'job started']);

      const closed = app.close();
      await sleep(20);
      expect(log).not.toContain('database closed');
      app.get(Slow).gate.open();
      await closed;
      expect(log).toEqual([
        'database init',
        'database open',
        'job started',
        'job ended',
        'database closed',
        'database gone',
      ]);
      expect(await before.get(Client).queues()).toMatchObject([
        { jobName: 'follow_up', count: 1 },
        { jobName: 'slow', count: 0 },
      ]);
    },
  );

  it("drains before the root module's own providers are destroyed", async () => {
    log.length = 0;
    const app = await anApp([work()], [Database, Slow]);
    await app.get(Enqueuer).enqueue('slow');
    await eventually(() => expect(log).toContain('job started'));
    app.get(Slow).gate.open();
    await app.close();
    expect(log.indexOf('job ended')).toBeLessThan(log.indexOf('database closed'));
  });

  it('lets the enqueuer work until the last hooks', async () => {
    const results: string[] = [];
    @Injectable()
    class Late implements BeforeApplicationShutdown {
      constructor(private readonly enqueuer: Enqueuer) {}
      async beforeApplicationShutdown(): Promise<void> {
        results.push((await this.enqueuer.enqueue('late')).name);
      }
    }
    const app = await anApp([work()], [Late]);
    await app.close();
    expect(results).toEqual(['late']);
  });

  it('puts back what does not end within shutdownTimeout', async () => {
    const options = isolated();
    const watcher = await anApp([WorkModule.forRoot({ ...options, logger: silentLogger })]);
    const app = await anApp([work({ ...options, shutdownTimeout: 10 }), JobsModule]);
    log.length = 0;
    await app.get(Enqueuer).enqueue('slow');
    await eventually(() => expect(log).toContain('job started'));
    await app.close();
    expect(await watcher.get(Client).queues()).toMatchObject([{ jobName: 'slow', count: 1 }]);
    app.get(Slow).gate.open();
  });
});
