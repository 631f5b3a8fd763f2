import 'reflect-metadata';
import { Inject, Injectable, Module, Scope, UseGuards, type CanActivate } from '@nestjs/common';
import {
  APP_GUARD,
  ContextIdFactory,
  createContextId,
  REQUEST,
  type ContextId,
  type HostComponentInfo,
} from '@nestjs/core';
import { Enqueuer, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobRef } from '../decorators/job-params.decorators.js';
import { JOB } from '../instance/job.token.js';
import { anApp, aWorker, closeApps, work } from '../testing/test-app.js';

afterEach(closeApps);

describe('a request-scoped handler', () => {
  it('is made for each job, with its dependencies and guards', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(
        @Inject(JOB) readonly job: Job<{ tenant: string }>,
        @Inject(REQUEST) readonly request: unknown,
      ) {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class TenantGuard implements CanActivate {
      constructor(private readonly tenant: Tenant) {}
      canActivate(): boolean {
        return this.tenant.job.args.tenant !== 'evil';
      }
    }
    let made = 0;
    @Injectable()
    class Mailer {
      constructor(readonly tenant: Tenant) {
        made++;
      }
      @JobHandler('send')
      @UseGuards(TenantGuard)
      send(@JobRef() job: Job): void {
        seen.push([
          this.tenant.job.args.tenant,
          this.tenant.job === job,
          this.tenant.request === job,
        ]);
      }
      @JobHandler('plain')
      plain(job: Job): void {
        seen.push([job.name, this.tenant.job === job]);
      }
    }
    const { enqueuer, client } = await aWorker([Mailer, Tenant], { concurrency: 1 });
    await enqueuer.enqueue('send', { tenant: 'a' });
    await enqueuer.enqueue('send', { tenant: 'b' });
    await enqueuer.enqueue('send', { tenant: 'evil' });
    await enqueuer.enqueue('plain', { tenant: 'c' });
    await eventually(() => expect(seen).toHaveLength(3));
    await eventually(async () => expect((await client.counts()).dead).toBe(1));
    expect(seen).toEqual([
      ['a', true, true],
      ['b', true, true],
      ['plain', true],
    ]);
    expect(made).toBe(4);
  });

  it('of two modules belongs to its own', async () => {
    const seen: string[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Shared {
      constructor(@Inject('WHERE') readonly where: string) {}
    }
    @Injectable()
    class A {
      constructor(readonly shared: Shared) {}
      @JobHandler('a')
      run(): void {
        seen.push(this.shared.where);
      }
    }
    @Injectable()
    class B {
      constructor(readonly shared: Shared) {}
      @JobHandler('b')
      run(): void {
        seen.push(this.shared.where);
      }
    }
    @Module({ providers: [A, Shared, { provide: 'WHERE', useValue: 'in a' }] })
    class AModule {}
    @Module({ providers: [B, Shared, { provide: 'WHERE', useValue: 'in b' }] })
    class BModule {}
    const app = await anApp([work(), AModule, BModule]);
    await app.get(Enqueuer).enqueueMany([{ name: 'a' }, { name: 'b' }]);
    await eventually(() => expect(seen.sort()).toEqual(['in a', 'in b']));
  });

  it('may be a class that is made once, with a guard that is made for each job', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class JobGuard implements CanActivate {
      constructor(@Inject(JOB) private readonly job: Job) {}
      canActivate(): boolean {
        seen.push(this.job.args);
        return true;
      }
    }
    @Injectable()
    class Handlers {
      @JobHandler('n')
      @UseGuards(JobGuard)
      handle(): void {
        seen.push('ran');
      }
    }
    const { enqueuer } = await aWorker([Handlers]);
    await enqueuer.enqueue('n', { a: 1 });
    await eventually(() => expect(seen).toEqual([{ a: 1 }, 'ran']));
  });

  it('may be transient', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    class Handlers {
      private calls = 0;
      @JobHandler('n')
      handle(): void {
        seen.push(++this.calls);
      }
    }
    const { enqueuer } = await aWorker([Handlers]);
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await eventually(() => expect(seen).toEqual([1, 1]));
  });
});

describe('global guards that are made for each request', () => {
  it('are made for each job, when global ones are asked for', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class GlobalGuard implements CanActivate {
      constructor(@Inject(JOB) private readonly job: Job) {}
      canActivate(): boolean {
        seen.push(this.job.args);
        return true;
      }
    }
    @Injectable()
    class Handlers {
      @JobHandler('n')
      handle(): void {
        seen.push('ran');
      }
    }
    const providers = [Handlers, { provide: APP_GUARD, useClass: GlobalGuard }];
    const { enqueuer } = await aWorker(providers, { enhancers: { global: true }, concurrency: 1 });
    await enqueuer.enqueueMany([1, 2].map((a) => ({ name: 'n', args: { a } })));
    await eventually(() => expect(seen).toEqual([{ a: 1 }, 'ran', { a: 2 }, 'ran']));
  });
});

describe('a durable provider', () => {
  afterEach(() => ContextIdFactory.apply({ attach: () => () => createContextId() }));

  it('is made once for each tenant, as the strategy of the application says', async () => {
    const tenants = new Map<string, ContextId>();
    ContextIdFactory.apply({
      attach(contextId: ContextId, request: unknown) {
        const { tenant } = (request as Job<{ tenant: string }>).args;
        const tenantId = tenants.get(tenant) ?? createContextId();
        tenants.set(tenant, tenantId);
        return {
          resolve: (info: HostComponentInfo) => (info.isTreeDurable ? tenantId : contextId),
          payload: { tenant },
        };
      },
    });
    let made = 0;
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Database {
      readonly tenant: unknown;
      constructor(@Inject(REQUEST) request: { tenant: string }) {
        made++;
        this.tenant = request.tenant;
      }
    }
    const seen: unknown[][] = [];
    @Injectable()
    class Durable {
      constructor(private readonly database: Database) {}
      @JobHandler('durable')
      handle(job: Job): void {
        seen.push([job.args.tenant, this.database.tenant]);
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class PerJob {
      constructor(
        private readonly database: Database,
        @Inject(JOB) private readonly job: Job,
      ) {}
      @JobHandler('per_job')
      handle(job: Job): void {
        seen.push([this.job === job, this.database.tenant]);
      }
    }
    const { enqueuer } = await aWorker([Durable, PerJob, Database], { concurrency: 1 });
    await enqueuer.enqueue('durable', { tenant: 'a' });
    await enqueuer.enqueue('durable', { tenant: 'a' });
    await enqueuer.enqueue('durable', { tenant: 'b' });
    await enqueuer.enqueue('per_job', { tenant: 'a' });
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen.filter(([first]) => first !== true)).toEqual([
      ['a', 'a'],
      ['a', 'a'],
      ['b', 'b'],
    ]);
    expect(seen.filter(([first]) => first === true)).toEqual([[true, 'a']]);
    expect(made).toBe(2);
  });
});
