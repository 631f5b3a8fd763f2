import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Enqueuer, silentLogger, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload } from '../decorators/job-params.decorators.js';
import { WorkModule } from '../work.module.js';
import { TEST_REDIS_URL } from './test-redis.js';
import { createWorkTesting } from './create-work-testing.js';

afterEach(() => void jest.useRealTimers());

@Injectable()
class Handlers {
  readonly ran: unknown[] = [];

  @JobHandler('plain', { timeout: 60_000 })
  plain(job: Job): void {
    this.ran.push(job.args.n);
  }

  @JobHandler('params')
  params(@JobPayload('n') n: number): void {
    this.ran.push(n);
  }
}

const carried = {
  name: 'request',
  capture: () => 'seven',
  restore: (_carrier: string | undefined, run: () => Promise<void>) => run(),
};

@Module({
  imports: [
    WorkModule.forRoot({
      redis: 'redis://production.invalid',
      logger: silentLogger,
      propagators: [carried],
    }),
  ],
  providers: [Handlers],
})
class AppModule {}

const REDISES = { 'in memory': 'memory', real: TEST_REDIS_URL } as const;

describe.each(Object.keys(REDISES) as (keyof typeof REDISES)[])(
  'with all timers faked, and a Redis that is %s,',
  (kind) => {
    const create = () => createWorkTesting({ imports: [AppModule] }, { redis: REDISES[kind] });

    it.each(['before', 'after'])('%s the application is made, jobs run', async (when) => {
      if (when === 'before') jest.useFakeTimers();
      const work = await create();
      if (when === 'after') jest.useFakeTimers();
      const enqueuer = work.get(Enqueuer);
      await enqueuer.enqueue('plain', { n: 1 });
      await enqueuer.enqueueMany([{ name: 'params', args: { n: 2 } }]);
      await enqueuer.enqueue('plain', { n: 3 }, { in: '1h' });
      await work.drain();
      await work.advance('1h');
      await work.perform('params', { n: 4 });
      expect(work.get(Handlers).ran).toEqual([1, 2, 3, 4]);
      expect([await work.jobs(), await work.dead()]).toEqual([[], []]);
      await work.clear();
      await work.close();
    });

    it('time that a test lets pass changes nothing for jobs', async () => {
      const work = await create();
      const { now } = work;
      jest.useFakeTimers({ now: new Date('2000-01-01') });
      await work.get(Enqueuer).enqueue('plain', { n: 1 }, { in: '1m' });
      jest.advanceTimersByTime(120_000);
      expect(await work.drain()).toEqual([]);
      expect(work.now).toEqual(now);
      await work.close();
    });
  },
);
