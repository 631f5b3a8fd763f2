import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Client, Enqueuer } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { InvalidJobConfigurationError, UnknownWorkInstanceError } from '../base/errors.js';
import { getClientToken, getEnqueuerToken } from '../instance/instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { WorkModule } from '../work.module.js';

afterEach(closeApps);

@Injectable()
class Config {
  readonly maxFails = 1;
}

@Module({ providers: [Config], exports: [Config] })
class ConfigModule {}

@Injectable()
class Failing {
  @JobHandler('fails', { maxFails: 9, skipDead: false })
  fail(): void {
    throw new Error('boom');
  }
}

@Injectable()
class FailingBilling {
  @JobHandler('fails', { maxFails: 9, instance: 'billing' })
  fail(): void {
    throw new Error('boom');
  }
}

describe('options of configureJobsAsync', () => {
  it('override options of the handler with injected values, and leave the others', async () => {
    const configuration = WorkModule.configureJobsAsync([
      {
        job: 'fails',
        imports: [ConfigModule],
        inject: [Config],
        useFactory: ({ maxFails }: Config) =>
          Promise.resolve({ maxFails, skipDead: undefined, maxConcurrency: 2 }),
      },
    ]);
    const app = await anApp([work(), configuration], [Failing]);
    await app.get(Enqueuer).enqueue('fails');
    const client = app.get(Client);
    await eventually(async () => expect((await client.counts()).dead).toBe(1));
    expect(await client.queues.list()).toMatchObject([{ jobName: 'fails', maxConcurrency: 2 }]);
  });

  it('may be for a named instance, in whatever module they stand', async () => {
    @Module({
      imports: [WorkModule.configureJobs([{ job: 'fails', instance: 'billing', maxFails: 1 }])],
      providers: [Failing, FailingBilling],
    })
    class FeatureModule {}
    const app = await anApp([FeatureModule, work(), work({ name: 'billing' })]);
    const billing: Enqueuer = app.get(getEnqueuerToken('billing'));
    await billing.enqueue('fails');
    await app.get(Enqueuer).enqueue('fails');
    await eventually(async () => {
      expect(await app.get(Client).counts()).toMatchObject({ retry: 1, dead: 0 });
      const client: Client = app.get(getClientToken('billing'));
      expect(await client.counts()).toMatchObject({ retry: 0, dead: 1 });
    });
  });
});

describe('the boot fails', () => {
  it('for a configuration without a handler, and names the jobs that have one', async () => {
    const error = await bootError(
      [work(), WorkModule.configureJobs([{ job: 'fail', maxFails: 1 }])],
      [Failing],
    );
    expect(error).toMatchObject({
      constructor: InvalidJobConfigurationError,
      jobName: 'fail',
      reason: expect.stringContaining('fails') as unknown,
    });
  });

  it('for a job that is configured twice', async () => {
    const configuration = (): ReturnType<typeof work> =>
      WorkModule.configureJobs([{ job: 'fails' }]);
    expect(await bootError([work(), configuration(), configuration()], [Failing])).toMatchObject({
      constructor: InvalidJobConfigurationError,
      jobName: 'fails',
    });
  });

  it('for options that make no sense, and says whose they are', async () => {
    const configuration = WorkModule.configureJobs([{ job: 'fails', maxFails: 0 }]);
    expect(await bootError([work(), configuration], [Failing])).toMatchObject({
      constructor: InvalidJobConfigurationError,
      jobName: 'fails',
      reason: expect.stringContaining('maxFails') as unknown,
    });
  });

  it('for an instance that there is not', async () => {
    const configuration = WorkModule.configureJobs([{ job: 'fails', instance: 'billing' }]);
    expect(await bootError([work(), configuration], [Failing])).toMatchObject({
      constructor: UnknownWorkInstanceError,
      instance: 'billing',
    });
  });
});
