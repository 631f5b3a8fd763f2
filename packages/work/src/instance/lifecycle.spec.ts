import 'reflect-metadata';
import {
  Controller,
  Global,
  Injectable,
  Module,
  Post,
  type BeforeApplicationShutdown,
  type INestApplicationContext,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client, Enqueuer, WorkerPool } from '@nestcraft/engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { getClientToken } from './instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { anApp, closeApps, closeLater, work, type Imports } from '../testing/test-app.js';
import { isolated } from '../testing/test-redis.js';

let log: string[];
let gate: Gate;

beforeEach(() => {
  log = [];
  gate = new Gate();
});

afterEach(async () => {
  gate.open();
  await closeApps();
});

/** Is open only between its hooks, as a database connection would be. */
@Injectable()
class Database implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private isOpen = false;
  async onModuleInit(): Promise<void> {
    await turn();
    this.isOpen = true;
    log.push('database opened');
  }
  async onApplicationBootstrap(): Promise<void> {
    await turn();
    log.push('database warm');
  }
  async onModuleDestroy(): Promise<void> {
    await turn();
    this.isOpen = false;
    log.push('database closed');
  }
  query(what: string): void {
    log.push(this.isOpen ? what : `${what}, but the database is closed`);
  }
}

/** Uses the database at its start and at its end, and enqueues then. */
@Injectable()
class Slow {
  constructor(
    private readonly database: Database,
    private readonly enqueuer: Enqueuer,
  ) {}
  @JobHandler('slow')
  async run(): Promise<void> {
    this.database.query('job started');
    await gate.pass();
    await this.enqueuer.enqueue('follow_up');
    this.database.query('job ended');
  }
}

@Module({ providers: [Database, Slow] })
class JobsModule {}

@Global()
@Module({ providers: [Database], exports: [Database] })
class GlobalDatabaseModule {}

@Module({ providers: [Slow] })
class SlowModule {}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function nested(imports: Imports): Imports[number] {
  @Module({ imports })
  class NestedModule {}
  return NestedModule;
}

describe('the pool', () => {
  type Work = Imports[number];
  it.each<[string, (work: Work) => Imports]>([
    ['WorkModule first', (work) => [work, JobsModule]],
    ['WorkModule last', (work) => [JobsModule, work]],
    ['WorkModule deeper than the jobs', (work) => [JobsModule, nested([nested([work])])]],
    ['the jobs deeper than WorkModule', (work) => [work, nested([nested([JobsModule])])]],
    ['both in one module', (work) => [nested([work, JobsModule])]],
    ['a global database, last', (work) => [work, SlowModule, GlobalDatabaseModule]],
    ['a global database, first', (work) => [GlobalDatabaseModule, SlowModule, work]],
  ])('starts after, and drains before, everything else: %s', async (_order, imports) => {
    const options = isolated();
    const watcher = await anApp([work({ ...options, role: 'enqueuer' })]);
    await watcher.get(Enqueuer).enqueue('slow');
    const app = await anApp(imports(work(options)));
    await gate.reached;

    const closed = app.close().then(() => log.push('application closed'));
    await turn();
    gate.open();
    await closed;

    expect(log).toEqual([
      'database opened',
      'database warm',
      'job started',
      'job ended',
      'database closed',
      'application closed',
    ]);
    expect(await watcher.get(Client).queues.list()).toMatchObject([
      { jobName: 'follow_up', count: 1 },
      { jobName: 'slow', count: 0, inProgress: 0 },
    ]);
    expect(await watcher.get(Client).pools.list()).toEqual([]);
  });

  it("drains before the root module's own providers are destroyed", async () => {
    const app = await anApp([work()], [Database, Slow]);
    await app.get(Enqueuer).enqueue('slow');
    await gate.reached;
    const closed = app.close();
    await turn();
    gate.open();
    await closed;
    expect(log.slice(-2)).toEqual(['job ended', 'database closed']);
  });

  it('of each instance drains before anything is destroyed', async () => {
    const billing = new Gate();
    @Injectable()
    class Billing {
      constructor(private readonly database: Database) {}
      @JobHandler('invoice', { instance: 'billing' })
      async run(): Promise<void> {
        await billing.pass();
        this.database.query('invoice ended');
      }
    }
    const app = await anApp([work({ name: 'billing' }), work()], [Database, Slow, Billing]);
    await app.get(Enqueuer).enqueue('slow');
    await app.get<Enqueuer>('nestcraft:enqueuer:billing').enqueue('invoice');
    await Promise.all([gate.reached, billing.reached]);
    const closed = app.close();
    await turn();
    billing.open();
    gate.open();
    await closed;
    expect(log.slice(-3).sort()).toEqual(['database closed', 'invoice ended', 'job ended']);
    expect(log.at(-1)).toBe('database closed');
    expect(app.get<Client>(getClientToken('billing'))).toBeInstanceOf(Client);
  });

  it('puts back jobs that do not end within shutdownTimeout, without counting a failure', async () => {
    const options = isolated();
    const watcher = await anApp([work({ ...options, role: 'enqueuer' })]);
    const app = await anApp([work({ ...options, shutdownTimeout: 10 }), JobsModule]);
    const { id } = await app.get(Enqueuer).enqueue('slow');
    await gate.reached;
    await app.close();
    expect(await watcher.get(Client).counts()).toEqual({ scheduled: 0, retry: 0, dead: 0 });
    const { jobs } = await watcher.get(Client).queue('slow').list();
    expect(jobs).toMatchObject([{ job: { id, fails: 0 } }]);
  });
});

describe('the enqueuer', () => {
  it('works in the last hooks of every provider, whatever is imported first', async () => {
    const enqueued: string[] = [];
    @Injectable()
    class Late implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
      constructor(private readonly enqueuer: Enqueuer) {}
      async onModuleDestroy(): Promise<void> {
        enqueued.push((await this.enqueuer.enqueue('in_destroy')).job.name);
      }
      async beforeApplicationShutdown(): Promise<void> {
        enqueued.push((await this.enqueuer.enqueue('in_before_shutdown')).job.name);
      }
      async onApplicationShutdown(): Promise<void> {
        enqueued.push((await this.enqueuer.enqueue('in_shutdown')).job.name);
      }
    }
    @Global()
    @Module({ providers: [Late] })
    class GlobalLateModule {}
    for (const order of [
      [work(), GlobalLateModule],
      [GlobalLateModule, work()],
    ]) {
      const app: INestApplicationContext = await anApp(order);
      await app.close();
    }
    const hooks = ['in_destroy', 'in_before_shutdown', 'in_shutdown'];
    expect(enqueued).toEqual([...hooks, ...hooks]);
  });

  it('works for a request that arrives while jobs drain', async () => {
    const options = isolated();
    const watcher = await anApp([work({ ...options, role: 'enqueuer' })]);
    @Controller('signups')
    class SignupController {
      constructor(private readonly enqueuer: Enqueuer) {}
      @Post()
      async signUp(): Promise<{ name: string }> {
        return { name: (await this.enqueuer.enqueue('welcome')).job.name };
      }
    }
    @Module({ imports: [work(options), JobsModule], controllers: [SignupController] })
    class AppModule {}
    const app = closeLater(
      await NestFactory.create(AppModule, { logger: false, forceCloseConnections: true }),
    );
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/signups`;
    await app.get(Enqueuer).enqueue('slow');
    await gate.reached;
    const closed = app.close();
    await eventually(() => expect(app.get(WorkerPool).isReady).toBe(false));
    const response = await fetch(url, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([201, { name: 'welcome' }]);
    gate.open();
    await closed;
    const names = (await watcher.get(Client).queues.list()).map(({ jobName }) => jobName);
    expect(names).toEqual(['follow_up', 'slow', 'welcome']);
  });
});
