import { Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Enqueuer, WorkerPool } from '@nestcraft/engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { OnJobEvent } from '../decorators/on-job-event.decorator.js';
import { PeriodicJob } from '../decorators/periodic-job.decorator.js';
import { RecordingLogger } from '../testing/test-logger.js';
import { anApp, closeApps, work, type Providers } from '../testing/test-app.js';

/** What a tracing library puts around a method. */
const Traced = (): MethodDecorator => (_target, _name, descriptor: PropertyDescriptor) => {
  const method = descriptor.value as (...args: unknown[]) => unknown;
  descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
    return method.apply(this, args);
  };
};

@Injectable()
class Plain {
  readonly ran: string[] = [];
  @JobHandler('plain')
  run(): void {
    this.ran.push('plain');
  }
}

let logger: RecordingLogger;

beforeEach(() => {
  logger = new RecordingLogger();
});

afterEach(closeApps);

async function warningsOf(...providers: Providers): Promise<string[]> {
  await anApp([work({ logger })], [Plain, ...providers]);
  return logger.warnings;
}

describe('a warning reports', () => {
  it('a decorator that replaces the method above @JobHandler, and of none below', async () => {
    class Above {
      @Traced()
      @JobHandler('above')
      run(): void {
        // Never runs.
      }
    }
    class Below {
      @JobHandler('below')
      @Traced()
      run(): void {
        // Nothing to do.
      }
    }
    expect(await warningsOf(Above, Below)).toEqual([
      '@JobHandler("above") on Above.run is lost: something, such as a decorator above it, has replaced the method. Put @JobHandler above that decorator.',
    ]);
  });

  it('schedules and listeners that are lost in the same way', async () => {
    class Above {
      @JobHandler('above')
      @Traced()
      @PeriodicJob('@daily')
      run(): void {
        // Never runs.
      }
      @Traced()
      @OnJobEvent('dead')
      tell(): void {
        // Never runs.
      }
    }
    expect(await warningsOf(Above)).toEqual([
      expect.stringMatching(/^@PeriodicJob\("@daily"\) on Above.run is lost: /),
      expect.stringMatching(/^@OnJobEvent\("dead"\) on Above.tell is lost: /),
    ]);
  });

  it('a method that a subclass overrides without a decorator', async () => {
    class Base {
      @JobHandler('base')
      run(): void {
        // Never runs.
      }
    }
    class Middle extends Base {}
    @Injectable()
    class Sub extends Middle {
      override run(): void {
        // Never runs.
      }
    }
    expect(await warningsOf(Sub)).toEqual([
      '@JobHandler("base") on Base.run is lost: Sub overrides the method without a decorator. Put @JobHandler on Sub.run as well.',
    ]);
  });

  it('a module that is loaded late, once', async () => {
    @Injectable()
    class Late {
      @JobHandler('late')
      run(): void {
        // Never runs.
      }
    }
    @Module({ providers: [Late] })
    class LateModule {}
    @Module({})
    class OtherModule {}
    const app = await anApp([work({ logger })], [Plain]);
    const loader = app.get(LazyModuleLoader);
    await loader.load(() => OtherModule);
    expect(logger.warnings).toEqual([]);
    await loader.load(() => LateModule);
    await loader.load(() => LateModule);
    expect(logger.warnings).toEqual([
      '@JobHandler("late") on Late.run (LateModule) handles nothing: its module was loaded after the application had started. Import it in a module that is loaded at startup.',
    ]);
  });
});

describe('no warning reports', () => {
  it('an override that is decorated, whatever it handles', async () => {
    class Base {
      @JobHandler('base')
      @PeriodicJob('@daily')
      run(): void {
        // Never runs.
      }
    }
    class Sub extends Base {
      @JobHandler('sub')
      override run(): void {
        // Nothing to do.
      }
    }
    expect(await warningsOf(Sub)).toEqual([]);
  });

  it('an override of a method that another provider handles', async () => {
    class Base {
      @JobHandler('base')
      run(): void {
        // Nothing to do.
      }
    }
    class Silent extends Base {
      override run(): void {
        // Not called.
      }
    }
    expect(await warningsOf(Base, Silent)).toEqual([]);
  });

  it('classes of another application, or of none', async () => {
    class Another {
      @JobHandler('another')
      run(): void {
        // Nothing to do.
      }
    }
    class Unused {
      @JobHandler('unused')
      run(): void {
        // Never runs.
      }
    }
    await anApp([work()], [Another]);
    expect(await warningsOf()).toEqual([]);
    expect(logger.lines.join()).not.toMatch(/Another|Unused/);
    expect(Unused.name).toBe('Unused');
  });

  it('a replacement for a handler in a test', async () => {
    expect(await warningsOf({ provide: 'MAILER', useValue: { send: () => undefined } })).toEqual(
      [],
    );
  });
});

describe('a provider that a factory makes for each job', () => {
  it.each([Scope.REQUEST, Scope.TRANSIENT])(
    'handles jobs by the class that it is provided as',
    async (scope) => {
      const ran: string[] = [];
      class Made {
        constructor(private readonly by: string) {}
        @JobHandler('made')
        run(): void {
          ran.push(this.by);
        }
      }
      const made = { provide: Made, scope, useFactory: () => new Made('factory') };
      const app = await anApp([work({ logger })], [Plain, made]);
      await app.get(Enqueuer).enqueue('made');
      await app.get(WorkerPool).drain();
      expect(ran).toEqual(['factory']);
      expect(logger.lines[0]).toContain('made (Made.run)');
    },
  );

  it('is not a handler if only a text names it', async () => {
    const made = { provide: 'MADE', scope: Scope.REQUEST, useFactory: () => new Plain() };
    expect(await warningsOf(made)).toEqual([]);
  });
});
