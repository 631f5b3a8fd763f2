import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Client, Enqueuer, InvalidOptionError, silentLogger, WorkerPool } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import {
  DuplicateJobHandlerError,
  DuplicateWorkModuleError,
  UnknownWorkInstanceError,
} from '../base/errors.js';
import {
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  InjectClient,
  InjectEnqueuer,
  InjectWorkerPool,
} from './instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { isolated } from '../testing/test-redis.js';
import { WorkModule } from '../work.module.js';

afterEach(closeApps);

describe('named instances', () => {
  it('have parts and handlers of their own, beside the unnamed one', async () => {
    const seen: string[] = [];
    @Injectable()
    class Handlers {
      constructor(
        readonly enqueuer: Enqueuer,
        readonly pool: WorkerPool,
        readonly client: Client,
        @InjectEnqueuer('billing') readonly billing: Enqueuer,
        @InjectWorkerPool('billing') readonly billingPool: WorkerPool,
        @InjectClient('billing') readonly billingClient: Client,
      ) {}
      @JobHandler('n')
      unnamed(): void {
        seen.push('unnamed');
      }
      @JobHandler('n', { instance: 'billing' })
      named(): void {
        seen.push('billing');
      }
    }
    const app = await anApp([work({ name: 'billing' }), work()], [Handlers]);
    const { enqueuer, pool, client, billing, billingPool, billingClient } = app.get(Handlers);
    expect(app.get(Enqueuer)).toBe(enqueuer);
    expect(app.get(getEnqueuerToken('billing'))).toBe(billing);
    expect(app.get(getWorkerPoolToken('billing'))).toBe(billingPool);
    expect(app.get(getClientToken('billing'))).toBe(billingClient);
    expect(app.get(getClientToken())).toBe(client);
    expect(billingPool).not.toBe(pool);
    await billing.enqueue('n');
    await eventually(() => expect(seen).toEqual(['billing']));
    expect((await client.queues.list()).map(({ count }) => count)).toEqual([0]);
    await enqueuer.enqueue('n');
    await eventually(() => expect(seen).toEqual(['billing', 'unnamed']));
  });

  it('may be made by forRootAsync, and need no unnamed one', async () => {
    const app = await anApp([
      WorkModule.forRootAsync({
        name: 'billing',
        useFactory: () => ({ ...isolated(), logger: silentLogger }),
      }),
    ]);
    const billing: Enqueuer = app.get(getEnqueuerToken('billing'));
    await expect(billing.enqueue('n')).resolves.toMatchObject({ job: { name: 'n' } });
    expect(() => app.get(Enqueuer)).toThrow();
  });

  it('stop and close with the application', async () => {
    @Injectable()
    class Handler {
      @JobHandler('n', { instance: 'billing' })
      handle(): void {
        // Never runs.
      }
    }
    const app = await anApp([work(), work({ name: 'billing' })], [Handler]);
    const [pool, enqueuer]: [WorkerPool, Enqueuer] = [
      app.get(getWorkerPoolToken('billing')),
      app.get(getEnqueuerToken('billing')),
    ];
    await eventually(() => expect(pool.isReady).toBe(true));
    await app.close();
    expect(pool.isReady).toBe(false);
    await expect(enqueuer.enqueue('n')).rejects.toThrow('closed');
  });
});

describe('the boot fails', () => {
  class ForBilling {
    @JobHandler('n', { instance: 'billing' })
    handle(): void {
      // Never runs.
    }
  }

  it('for a second unnamed instance, wherever it is imported', async () => {
    @Module({ imports: [work()] })
    class FeatureModule {}
    expect(await bootError([work(), FeatureModule])).toMatchObject({
      constructor: DuplicateWorkModuleError,
      instance: undefined,
    });
  });

  it('for two instances of one name', async () => {
    const named = (): ReturnType<typeof work> => work({ name: 'billing' });
    expect(await bootError([named(), named()])).toMatchObject({
      constructor: DuplicateWorkModuleError,
      instance: 'billing',
    });
  });

  it('for a handler of an instance that there is not', async () => {
    expect(await bootError([work(), work({ name: 'mail' })], [ForBilling])).toMatchObject({
      constructor: UnknownWorkInstanceError,
      instance: 'billing',
      known: expect.arrayContaining([undefined, 'mail']) as unknown,
      message: expect.stringContaining('ForBilling.handle (AppModule)') as unknown,
    });
  });

  it('for two handlers of one job in one instance', async () => {
    class Another extends ForBilling {}
    expect(
      await bootError([work(), work({ name: 'billing' })], [ForBilling, Another]),
    ).toBeInstanceOf(DuplicateJobHandlerError);
  });

  it('for a name that is empty', () => {
    expect(() => work({ name: '' })).toThrow(InvalidOptionError);
  });
});
