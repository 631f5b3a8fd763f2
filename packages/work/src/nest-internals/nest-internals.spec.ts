import 'reflect-metadata';
import {
  BadRequestException,
  Body,
  Catch,
  Controller,
  Injectable,
  Module,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type CanActivate,
  type ExceptionFilter,
  type INestApplicationContext,
  type NestInterceptor,
  type OnModuleDestroy,
  type OnModuleInit,
  type PipeTransform,
} from '@nestjs/common';
import {
  APP_GUARD,
  DiscoveryModule,
  DiscoveryService,
  ExternalContextCreator,
  LazyModuleLoader,
  ModuleRef,
  ModulesContainer,
  NestFactory,
} from '@nestjs/core';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { of, type Observable } from 'rxjs';
import { HandlerContexts } from './handler-contexts.js';
import { INNERMOST, OUTERMOST, placeHooks } from './hook-order.js';
import { afterEachLoad } from './late-modules.js';
import { ENHANCER_KEYS, PARAMS_KEY } from './metadata-keys.js';
import { moduleRefOf } from './module-ref-of.js';
import { BODY, paramsOf } from './param-metadata.js';
import type { Wrapper } from './provider-methods.js';
import { ScopedGlobals } from './scoped-globals.js';

// Each test shows one thing about Nest's insides that this package goes by, with Nest alone: where a version of Nest
// changes it, the test that fails here names the reason for all that fail elsewhere.

@Injectable()
class Guard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  intercept(): Observable<unknown> {
    return of(undefined);
  }
}

@Injectable()
class Pipe implements PipeTransform {
  transform(value: unknown): unknown {
    return value;
  }
}

@Catch()
class Filter implements ExceptionFilter {
  catch(): void {
    // decides nothing
  }
}

@Injectable()
@UseGuards(Guard)
class Enhanced {
  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  @UseFilters(Filter)
  run(): Observable<string> {
    return of('first', 'last');
  }
}

let app: INestApplicationContext | undefined;

async function started(module: Parameters<typeof Module>[0]): Promise<INestApplicationContext> {
  @Module({ ...module, imports: [DiscoveryModule, ...(module.imports ?? [])] })
  class AppModule {}
  app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return app;
}

function wrapperOf(context: INestApplicationContext, token: unknown): Wrapper {
  const found = context.get(DiscoveryService).getProviders();
  const wrapper = found.find((one) => one.token === token);
  if (!wrapper) throw new Error('Nest does not list the provider.');
  return wrapper;
}

afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe('packages/core/injector/module.ts', () => {
  it('has a distance that can be set, by which packages/core/nest-application-context.ts orders hooks', async () => {
    const order: string[] = [];
    class Hooks implements OnModuleInit, OnModuleDestroy {
      onModuleInit(): void {
        order.push(`${this.constructor.name} starts`);
      }
      onModuleDestroy(): void {
        order.push(`${this.constructor.name} ends`);
      }
    }
    @Module({})
    class Outer extends Hooks {
      constructor(modules: ModulesContainer) {
        super();
        placeHooks(modules, Outer, OUTERMOST);
      }
    }
    @Module({})
    class Inner extends Hooks {
      constructor(modules: ModulesContainer) {
        super();
        placeHooks(modules, Inner, INNERMOST);
      }
    }
    @Module({ imports: [Inner, Outer] })
    class Between extends Hooks {}
    const context = await started({ imports: [Between] });
    await context.close();
    app = undefined;
    expect(order.slice(0, 3)).toEqual(['Outer starts', 'Between starts', 'Inner starts']);
    expect(new Set(order.slice(3))).toEqual(new Set(['Inner ends', 'Between ends', 'Outer ends']));
  });

  it("lists Nest's instance of a provider among its injectables, by its class", async () => {
    const context = await started({ providers: [Enhanced] });
    const injectables = wrapperOf(context, Enhanced).host?.injectables;
    expect([Guard, Interceptor, Pipe, Filter].map((type) => injectables?.has(type))).toEqual(
      Array(4).fill(true),
    );
  });

  it('provides a ModuleRef of its own', async () => {
    const context = await started({ providers: [Enhanced] });
    expect(moduleRefOf(wrapperOf(context, Enhanced))).toBeInstanceOf(ModuleRef);
  });
});

it('packages/core/injector/instance-wrapper.ts says how a provider is created', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {}
  @Injectable({ scope: Scope.TRANSIENT })
  class Transient {}
  const context = await started({
    providers: [
      ...[Enhanced, PerRequest, Transient],
      { provide: 'alias', useExisting: Enhanced },
      { provide: 'made', useFactory: () => ({}) },
    ],
  });
  const [once, perRequest, transient, alias, made] = [
    ...[Enhanced, PerRequest, Transient, 'alias', 'made'],
  ].map((token) => wrapperOf(context, token));
  expect(once).toMatchObject({ metatype: Enhanced, isTransient: false, isNotMetatype: false });
  expect(once?.instance).toBeInstanceOf(Enhanced);
  expect(once?.isDependencyTreeStatic()).toBe(true);
  expect(perRequest?.isDependencyTreeStatic()).toBe(false);
  expect(transient?.isTransient).toBe(true);
  expect(alias?.isAlias).toBe(true);
  expect(made?.inject).toEqual([]);
  expect(made?.isNotMetatype).toBe(true);
});

it('packages/core/scanner.ts keeps global enhancers of a scope among injectables, by their token and a number', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class ScopedGuard extends Guard {}
  const context = await started({
    providers: [ScopedGlobals, { provide: APP_GUARD, useClass: ScopedGuard }],
  });
  expect(context.get(ScopedGlobals).areThere).toBe(true);
});

it('packages/core/injector/lazy-module-loader calls a method `load` that was replaced', async () => {
  @Module({})
  class LateModule {}
  const context = await started({});
  const listen = jest.fn();
  afterEachLoad(context.get(LazyModuleLoader), listen);
  await context.get(LazyModuleLoader).load(() => LateModule);
  expect(listen).toHaveBeenCalledTimes(1);
});

describe('packages/common/constants.ts', () => {
  it('has the keys that decorators use', () => {
    expect(ENHANCER_KEYS).toHaveLength(4);
    // eslint-disable-next-line @typescript-eslint/unbound-method
    expect(ENHANCER_KEYS.map((key) => Reflect.hasMetadata(key, Enhanced.prototype.run))).toEqual(
      Array(4).fill(true),
    );
  });

  it('has the key of decorated parameters, which are as packages/common/decorators/http has them', () => {
    @Controller()
    class Routes {
      route(_other: unknown, @Body('name', Pipe) name: string): string {
        return name;
      }
    }
    expect(Reflect.hasMetadata(PARAMS_KEY, Routes, 'route')).toBe(true);
    expect(paramsOf(Routes, 'route')).toEqual({
      [`${BODY}:1`]: expect.objectContaining({ index: 1, data: 'name', pipes: [Pipe] }),
    });
  });
});

it('packages/common/pipes/validation.pipe.ts checks a body, and passes over kinds of its users', async () => {
  class Named {
    readonly name!: string;
  }
  const pipe = new ValidationPipe({ expectedType: Named, forbidUnknownValues: true });
  await expect(
    Promise.resolve(pipe.transform({}, { type: 'custom', metatype: Named })),
  ).resolves.toEqual({});
  await expect(
    Promise.resolve(pipe.transform({}, { type: 'body', metatype: Named })),
  ).rejects.toThrow(BadRequestException);
});

describe('packages/core/helpers/external-context-creator.ts', () => {
  it('hands results to a method transformToResult of its own', async () => {
    const context = await started({ providers: [Enhanced, HandlerContexts] });
    const enhanced = context.get(Enhanced);
    const { withGlobal, withoutGlobal } = context.get(HandlerContexts);
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const plain = context.get(ExternalContextCreator).create(enhanced, enhanced.run, 'run');
    expect(await (plain as () => Promise<unknown>)()).toBeUndefined();
    for (const contexts of [withGlobal, withoutGlobal]) {
      const options = { guards: true, interceptors: false, filters: false };
      // eslint-disable-next-line @typescript-eslint/unbound-method
      const run = contexts.create(enhanced, enhanced.run, 'run', ...NONE, options, 'job');
      expect(await (run as () => Promise<unknown>)()).toHaveProperty('subscribe');
    }
  });
});

const NONE = [undefined, undefined, undefined, undefined] as const;
