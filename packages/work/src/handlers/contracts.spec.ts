import 'reflect-metadata';
import { Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import {
  Client,
  defineJob,
  Enqueuer,
  InvalidJobArgsError,
  type Job,
  type JobOf,
  type JobOutput,
  WorkerPool,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { eventually } from '../../../../test/support/eventually.js';
import { DuplicateJobHandlerError } from '../base/errors.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { Attempt, JobPayload, JobRef } from '../decorators/job-params.decorators.js';
import { PeriodicJob } from '../decorators/periodic-job.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { WorkModule } from '../work.module.js';

const SendEmail = defineJob(
  'send_email',
  z.object({ to: z.string().trim(), copies: z.int().default(1) }),
  { aliases: ['send_mail'] },
);

afterEach(closeApps);

describe('@JobHandler of a contract', () => {
  it("gives its method the schema's output, under old names, too", async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      send(job: JobOf<typeof SendEmail>): void {
        seen.push([this instanceof Mailer, job.name, job.args]);
      }
    }
    const app = await anApp([work()], [Mailer]);
    await app.get(Enqueuer).enqueue(SendEmail, { to: ' a ' });
    await app.get(Enqueuer).enqueue('send_mail', { to: 'b', copies: 2 });
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen).toContainEqual([true, 'send_email', { to: 'a', copies: 1 }]);
    expect(seen).toContainEqual([true, 'send_mail', { to: 'b', copies: 2 }]);
  });

  it('gives decorated parameters the same', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      send(
        @Attempt() attempt: number,
        @JobPayload() args: JobOutput<typeof SendEmail>,
        @JobPayload('to') to: string,
        @JobRef() job: Job,
      ): void {
        seen.push(attempt, args, to, job.args);
      }
    }
    const app = await anApp([work()], [Mailer]);
    await app.get(Enqueuer).enqueue(SendEmail, { to: ' a ' });
    const args = { to: 'a', copies: 1 };
    await eventually(() => expect(seen).toEqual([1, args, 'a', args]));
  });

  it('has jobs that do not fit dead at once, before guards are asked', async () => {
    let asked = 0;
    class Guard implements CanActivate {
      canActivate(): boolean {
        return ++asked > 0;
      }
    }
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      @UseGuards(Guard)
      send(): void {
        asked++;
      }
    }
    const app = await anApp([work()], [Mailer]);
    await app.get(Enqueuer).enqueue('send_email', { copies: 'two' });
    await eventually(async () => {
      const [dead] = (await app.get(Client).dead.list()).jobs;
      expect(dead?.job?.lastError).toMatch(/args\.to: .+; args\.copies: /);
    });
    expect(asked).toBe(0);
  });

  it('takes the options of a feature that names the contract', async () => {
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      send(): void {
        throw new Error('boom');
      }
    }
    const app = await anApp(
      [work(), WorkModule.configureJobs([{ job: SendEmail, maxFails: 1 }])],
      [Mailer],
    );
    await app.get(Enqueuer).enqueue(SendEmail, { to: 'a' });
    await eventually(async () => {
      const [dead] = (await app.get(Client).dead.list()).jobs;
      expect(dead?.job?.lastError).toBe('boom');
    });
  });

  it('keeps the application from starting where an old name has a handler of its own', async () => {
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      send(): unknown {
        return undefined;
      }
      @JobHandler('send_mail')
      sendOld(): unknown {
        return undefined;
      }
    }
    const error = await bootError([work()], [Mailer]);
    expect(error).toBeInstanceOf(DuplicateJobHandlerError);
    expect(error).toMatchObject({ jobName: 'send_mail' });
  });

  it('keeps the application from starting where a schedule’s arguments do not fit', async () => {
    @Injectable()
    class Mailer {
      @JobHandler(SendEmail)
      @PeriodicJob('@daily', { args: { to: 1 } })
      send(): unknown {
        return undefined;
      }
    }
    const error = await bootError([work()], [Mailer]);
    expect(error).toBeInstanceOf(InvalidJobArgsError);
    expect(error).toMatchObject({ issues: [{ path: 'args.to' }] });
  });

  it('does so before the pool of another instance starts', async () => {
    const pools: WorkerPool[] = [];
    @Injectable()
    class Mailer {
      constructor(pool: WorkerPool) {
        pools.push(pool);
      }
      @JobHandler('fine')
      fine(): unknown {
        return undefined;
      }
      @JobHandler(SendEmail, { instance: 'billing' })
      @PeriodicJob('@daily', { args: { to: 1 } })
      send(): unknown {
        return undefined;
      }
    }
    const error = await bootError([work(), work({ name: 'billing' })], [Mailer]);
    expect(error).toBeInstanceOf(InvalidJobArgsError);
    expect(pools.map(({ isReady }) => isReady)).toEqual([false]);
  });
});
