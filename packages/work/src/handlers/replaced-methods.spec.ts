import 'reflect-metadata';
import {
  Catch,
  createParamDecorator,
  Injectable,
  Module,
  Scope,
  SetMetadata,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { Client, Enqueuer, WorkerPool, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { DuplicateJobHandlerError, InvalidJobHandlerError } from '../base/errors.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload } from '../decorators/job-params.decorators.js';
import { OnJobEvent } from '../decorators/on-job-event.decorator.js';
import {
  anApp,
  bootError,
  closeApps,
  closeLater,
  work,
  type Providers,
} from '../testing/test-app.js';

afterEach(closeApps);

const seen: unknown[] = [];
afterEach(() => void seen.splice(0));

const ForTenant = (tenant: string) => SetMetadata('tenant', tenant);
const Handled = createParamDecorator((_: unknown, context: ExecutionContext) =>
  [context.getClass().name, context.getHandler().name].join('.'),
);

@Injectable()
class TenantGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const tenant = this.reflector.getAllAndOverride<string>('tenant', [
      context.getHandler(),
      context.getClass(),
    ]);
    seen.push(`guard: ${context.getClass().name}.${context.getHandler().name}, ${tenant}`);
    return true;
  }
}

@Catch()
class Settle implements ExceptionFilter {
  catch(error: Error): string {
    seen.push(`filter: ${error.message}`);
    return 'done';
  }
}

@Injectable()
class Mailer {
  readonly from = 'mailer';

  @JobHandler('plain')
  plain(job: Job): void {
    seen.push(`plain ${String(job.args.to)} from ${this.from}`);
  }

  @JobHandler('params')
  params(@JobPayload('to') to: string, @Handled() handled: string): void {
    seen.push(`params ${to} from ${this.from} by ${handled}`);
  }

  @JobHandler('guarded')
  @ForTenant('acme')
  @UseGuards(TenantGuard)
  guarded(job: Job): void {
    seen.push(`guarded ${String(job.args.to)} from ${this.from}`);
  }

  @JobHandler('filtered')
  @UseFilters(Settle)
  filtered(): void {
    throw new Error(this.from);
  }
}

const NAMES = ['plain', 'params', 'guarded', 'filtered'] as const;
const GUARD = 'guard: Mailer.guarded, acme';

async function run(app: Awaited<ReturnType<typeof anApp>>): Promise<unknown[]> {
  seen.splice(0);
  const jobs = NAMES.map((name) => ({ name, args: { to: 'ada' } }));
  await app.get(Enqueuer).enqueueMany(jobs);
  await app.get(WorkerPool).drain();
  expect(await app.get(Client).counts()).toEqual({ scheduled: 0, retry: 0, dead: 0 });
  return seen.slice().sort();
}

const UNTOUCHED = [
  'filter: mailer',
  GUARD,
  'guarded ada from mailer',
  'params ada from mailer by Mailer.params',
  'plain ada from mailer',
];

/** Notes each call, and shows a method that is not the one that was decorated. */
function traced<T extends object>(target: T): T {
  return new Proxy(target, {
    get(inner, key, receiver) {
      const value: unknown = Reflect.get(inner, key, receiver);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return function (this: unknown, ...args: unknown[]): unknown {
        seen.push(`trace ${String(key)}`);
        return Reflect.apply(value, this, args);
      };
    },
  });
}

const TRACED = [...UNTOUCHED, ...NAMES.map((name) => `trace ${name}`)].sort();

describe('a method that was replaced on its instance', () => {
  it('is called, with all that is around the one that was decorated', async () => {
    const app = await anApp([work({ concurrency: 1 })], [Mailer]);
    expect(await run(app)).toEqual(UNTOUCHED);
    const mailer = app.get(Mailer);
    const plain = jest.spyOn(mailer, 'plain').mockImplementation(() => void seen.push('spy'));
    const params = jest.spyOn(mailer, 'params').mockImplementation((to) => void seen.push(to));
    jest.spyOn(mailer, 'guarded').mockImplementation(() => void seen.push('spy of guarded'));
    jest.spyOn(mailer, 'filtered').mockImplementation(() => {
      throw new Error('by the spy');
    });
    expect(await run(app)).toEqual(['ada', 'filter: by the spy', GUARD, 'spy', 'spy of guarded']);
    expect(params).toHaveBeenCalledWith('ada', 'Mailer.params');
    expect(plain.mock.contexts).toEqual([mailer]);
    jest.restoreAllMocks();
    expect(await run(app)).toEqual(UNTOUCHED);
  });

  it('may be on the prototype, of a provider that is made for each job', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @JobHandler('plain')
      plain(): void {
        seen.push('plain');
      }
      @JobHandler('guarded')
      @ForTenant('acme')
      @UseGuards(TenantGuard)
      guarded(@JobPayload('to') to: string): void {
        seen.push(`guarded ${to}`);
      }
    }
    const app = await anApp([work({ concurrency: 1 })], [Scoped]);
    jest.spyOn(Scoped.prototype, 'plain').mockImplementation(() => void seen.push('spy'));
    jest.spyOn(Scoped.prototype, 'guarded').mockImplementation((to) => void seen.push(`spy ${to}`));
    await app.get(Enqueuer).enqueueMany([
      { name: 'plain', args: {} },
      { name: 'guarded', args: { to: 'ada' } },
    ]);
    await app.get(WorkerPool).drain();
    expect(seen.sort()).toEqual(['guard: Scoped.guarded, acme', 'spy', 'spy ada']);
    jest.restoreAllMocks();
  });

  it('keeps its identity for guards where nothing was replaced', async () => {
    let handler: unknown;
    @Injectable()
    class Look implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        handler = context.getHandler();
        return true;
      }
    }
    @Injectable()
    class Handlers {
      @JobHandler('n')
      @UseGuards(Look)
      handle(): void {
        // Seen by its guard.
      }
    }
    const app = await anApp([work()], [Handlers]);
    await app.get(Enqueuer).enqueue('n');
    await app.get(WorkerPool).drain();
    expect(handler).toBe(Reflect.get(Handlers.prototype, 'handle'));
  });
});

describe('a proxy around a provider', () => {
  it('is called for every handler, whatever is around it', async () => {
    @Injectable()
    class Direct {
      @JobHandler('plain')
      plain(): void {
        seen.push('plain');
      }
      @JobHandler('filtered')
      @UseFilters(new Settle())
      filtered(): void {
        throw new Error('boom');
      }
      @JobHandler('params')
      params(@JobPayload('to') to: string): void {
        seen.push(`params ${to}`);
      }
    }
    const proxied = { provide: Direct, useFactory: () => traced(new Direct()) };
    const app = await anApp([work()], [proxied]);
    await app.get(Enqueuer).enqueueMany([
      { name: 'plain', args: {} },
      { name: 'filtered', args: {} },
      { name: 'params', args: { to: 'ada' } },
    ]);
    await app.get(WorkerPool).drain();
    expect(seen.sort()).toEqual([
      ...['filter: boom', 'params ada', 'plain', 'trace filtered', 'trace params', 'trace plain'],
    ]);
  });

  it.each<[string, Providers]>([
    ['a factory', [{ provide: Mailer, useFactory: () => new Mailer() }]],
    ['a value', [{ provide: Mailer, useValue: new Mailer() }]],
  ])(
    'and guards that Nest does not make for %s are refused, not left out',
    async (_, providers) => {
      const error = await bootError([work()], providers);
      expect(error).toBeInstanceOf(InvalidJobHandlerError);
      expect(String(error)).toMatch(
        /@JobHandler on Mailer\.guarded: Nest has not created its TenantGuard and .* Provide the class/,
      );
    },
  );

  it.each([
    ['a provider that is made once', Scope.DEFAULT],
    ['one that is made for each job', Scope.REQUEST],
    ['one that is transient', Scope.TRANSIENT],
  ])('is made by an instanceDecorator: %s', async (_, scope) => {
    @Injectable({ scope })
    class Own extends Mailer {}
    Object.defineProperty(Own, 'name', { value: 'Mailer' });
    @Module({ imports: [work({ concurrency: 1 })], providers: [Own] })
    class App {}
    const app = closeLater(
      await NestFactory.createApplicationContext(App, {
        logger: false,
        instrument: {
          instanceDecorator: (one: unknown) => (one instanceof Mailer ? traced(one) : one),
        },
      }),
    );
    expect(await run(app)).toEqual(TRACED);
  });

  it('may wrap every method, and bind its values', async () => {
    @Module({ imports: [work({ concurrency: 1 })], providers: [Mailer] })
    class App {}
    const app = closeLater(
      await NestFactory.createApplicationContext(App, {
        logger: false,
        instrument: {
          instanceDecorator: (one: unknown) => (isObject(one) ? bound(one) : one),
        },
      }),
    );
    expect(await run(app)).toEqual(UNTOUCHED);
  });
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** As a tracer does that knows of private members: methods run on what is inside. */
function bound<T extends object>(target: T): T {
  return new Proxy(target, {
    get(inner, key) {
      const value: unknown = Reflect.get(inner, key);
      if (typeof value !== 'function' || /^class\b/.test(String(value))) return value;
      return (...args: unknown[]): unknown => Reflect.apply(value, inner, args);
    },
  });
}

describe('an instance under two tokens', () => {
  @Injectable()
  class Jobs {
    @JobHandler('n')
    @UseGuards(TenantGuard)
    handle(): void {
      seen.push('ran');
    }
    @OnJobEvent('done')
    hear(): void {
      seen.push('heard');
    }
  }
  @Injectable()
  class Plain {
    @JobHandler('n')
    handle(): void {
      seen.push('ran');
    }
  }
  const alias = { provide: 'ALIAS', useFactory: (jobs: Jobs) => jobs, inject: [Jobs] };
  @Module({ providers: [Jobs], exports: [Jobs] })
  class JobsModule {}
  @Module({ imports: [JobsModule], providers: [alias] })
  class AliasModule {}

  it.each<[string, Providers, readonly unknown[]]>([
    ['useExisting', [Jobs, { provide: 'ALIAS', useExisting: Jobs }], []],
    ['useExisting, before it', [{ provide: 'ALIAS', useExisting: Jobs }, Jobs], []],
    ['a factory', [alias, Jobs], []],
    ['a factory of another module', [], [AliasModule, JobsModule]],
  ])('is one handler, with its guards, and one listener: %s', async (_, providers, modules) => {
    const app = await anApp([work(), ...(modules as [])], providers);
    await app.get(Enqueuer).enqueue('n');
    await eventually(() => expect(seen).toContain('heard'));
    await app.close();
    expect(seen).toEqual(['guard: Jobs.handle, undefined', 'ran', 'heard']);
  });

  it('may be a value', async () => {
    const value = new Plain();
    const values = ['A', 'B', Plain].map((provide) => ({ provide, useValue: value }));
    const app = await anApp([work()], values);
    await app.get(Enqueuer).enqueue('n');
    await app.get(WorkerPool).drain();
    expect(seen.filter((line) => line === 'ran')).toHaveLength(1);
  });

  it('does not mix up two instances of a class in two modules', async () => {
    @Module({ providers: [Plain] })
    class A {}
    @Module({ providers: [Plain] })
    class B {}
    const error = await bootError([work(), A, B]);
    expect(error).toBeInstanceOf(DuplicateJobHandlerError);
    expect(String(error)).toContain('Plain.handle (A) and Plain.handle (B)');
  });
});
