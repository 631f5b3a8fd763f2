import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { Enqueuer, InvalidJobNameError, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { DuplicateJobHandlerError, InvalidJobHandlerError } from '../base/errors.js';
import { JobHandler } from './job-handler.decorator.js';
import { OnJobEvent } from './on-job-event.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { WorkModule } from '../work.module.js';

afterEach(closeApps);

describe('a @JobHandler method', () => {
  it('is called on its instance with the job and a fresh context', async () => {
    class Context {
      readonly notes: string[] = [];
    }
    @Injectable()
    class Mailer {
      readonly calls: unknown[] = [];
      @JobHandler('send_email')
      send(job: Job<{ to: string }>, context: Context): void {
        context.notes.push(job.args.to);
        this.calls.push(context);
      }
    }
    const app = await anApp([work({ context: Context })], [Mailer]);
    await app.get(Enqueuer).enqueueMany([
      { name: 'send_email', args: { to: 'a' } },
      { name: 'send_email', args: { to: 'b' } },
    ]);
    const { calls } = app.get(Mailer);
    await eventually(() => expect(calls).toHaveLength(2));
    expect(calls.every((context) => context instanceof Context)).toBe(true);
    expect(calls).toEqual([{ notes: ['a'] }, { notes: ['b'] }]);
  });

  it('may handle several names, with options of their own, and be inherited', async () => {
    const seen: string[] = [];
    class Base {
      @JobHandler('one', { maxFails: 1 })
      @JobHandler('two')
      handle(job: Job): void {
        seen.push(job.name);
      }
    }
    @Injectable()
    class Derived extends Base {}
    const app = await anApp([work()], [Derived]);
    await app.get(Enqueuer).enqueueMany([{ name: 'one' }, { name: 'two' }]);
    await eventually(() => expect(seen.sort()).toEqual(['one', 'two']));
  });

  it('is found on providers made by factories and in other modules', async () => {
    const seen: string[] = [];
    class Made {
      constructor(private readonly log: string[]) {}
      @JobHandler('made')
      handle(job: Job): void {
        this.log.push(job.name);
      }
    }
    @Module({
      providers: [
        { provide: 'MADE', useFactory: () => new Made(seen) },
        { provide: 'ALIAS', useExisting: 'MADE' },
      ],
    })
    class FeatureModule {}
    const app = await anApp([FeatureModule, work()]);
    await app.get(Enqueuer).enqueue('made');
    await eventually(() => expect(seen).toEqual(['made']));
  });

  it('is looked up at each call, so that a test can replace it', async () => {
    @Injectable()
    class Mailer {
      @JobHandler('send')
      send(): void {
        throw new Error('the real one');
      }
    }
    const app = await anApp([work()], [Mailer]);
    const seen: string[] = [];
    app.get(Mailer).send = () => void seen.push('replaced');
    await app.get(Enqueuer).enqueue('send');
    await eventually(() => expect(seen).toEqual(['replaced']));
  });
});

describe('a @JobHandler that cannot work', () => {
  it('fails when a job name has two handlers, and names both', async () => {
    class One {
      @JobHandler('same')
      first(): void {
        // Never runs.
      }
    }
    class Two {
      @JobHandler('same')
      second(): void {
        // Never runs.
      }
    }
    const error = await bootError([work()], [One, Two]);
    expect(error).toBeInstanceOf(DuplicateJobHandlerError);
    expect(error).toMatchObject({
      jobName: 'same',
      first: 'One.first (AppModule)',
      second: 'Two.second (AppModule)',
    });
  });

  it('fails when two modules provide one class with handlers', async () => {
    class Shared {
      @JobHandler('same')
      handle(): void {
        // Never runs.
      }
    }
    @Module({ providers: [Shared] })
    class AModule {}
    @Module({ providers: [Shared] })
    class BModule {}
    expect(await bootError([work(), AModule, BModule])).toMatchObject({
      constructor: DuplicateJobHandlerError,
      first: 'Shared.handle (AModule)',
      second: 'Shared.handle (BModule)',
    });
  });

  it.each([
    ['a bad name', 'a,b', {}],
    ['a bad option', 'fine', { maxFails: 0 }],
  ])('fails for %s, and names class and method', async (_what, name, options) => {
    class Wrong {
      @JobHandler(name, options)
      handle(): void {
        // Never runs.
      }
    }
    const error = await bootError([work()], [Wrong]);
    expect(error).toBeInstanceOf(InvalidJobHandlerError);
    expect(error).toMatchObject({ className: 'Wrong', methodName: 'handle' });
    if (name === 'a,b') expect((error as Error).cause).toBeInstanceOf(InvalidJobNameError);
  });

  it('fails for one in a controller, unless that is a provider as well', async () => {
    @Controller()
    class Wrong {
      @JobHandler('n')
      handle(): void {
        // Never runs.
      }
    }
    @Module({ controllers: [Wrong] })
    class WrongModule {}
    expect(await bootError([work(), WrongModule])).toMatchObject({
      constructor: InvalidJobHandlerError,
      className: 'Wrong',
      reason: expect.stringContaining('controller') as unknown,
    });
    expect(await bootError([work(), WrongModule], [Wrong])).toBeUndefined();
  });

  it.each([
    [
      'a method whose name is a symbol',
      () => {
        const handle = Symbol('handle');
        class Wrong {
          @JobHandler('n')
          [handle](): void {
            // Never runs.
          }
        }
        return Wrong;
      },
      'Symbol(handle)',
    ],
    [
      'a property',
      () => {
        class Wrong {
          @(JobHandler('n') as PropertyDecorator)
          handle = (): void => undefined;
        }
        return Wrong;
      },
    ],
    [
      'an accessor',
      () => {
        class Wrong {
          @JobHandler('n')
          get handle(): number {
            return Math.random();
          }
        }
        return Wrong;
      },
    ],
    [
      'a static member',
      () => {
        class Wrong {
          @JobHandler('n')
          static handle(): void {
            // Never runs.
          }
          other(): void {
            // A class of static members only would be no provider.
          }
        }
        return Wrong;
      },
    ],
  ])('fails for a handler that is %s', (what, define, methodName = 'handle') => {
    expect(define).toThrow(
      expect.objectContaining({
        constructor: InvalidJobHandlerError,
        className: 'Wrong',
        methodName,
        reason: expect.stringContaining(what) as unknown,
      }),
    );
  });
});

it.each<[string, () => MethodDecorator]>([
  ['JobHandler', () => JobHandler(undefined as never)],
  ['OnJobEvent', () => OnJobEvent('done', undefined) as MethodDecorator],
  ['OnJobEvent', () => OnJobEvent('done', ['a', undefined as never]) as MethodDecorator],
])('@%s of what is undefined hints at imports that go in a circle', (name, decorate) => {
  class Handlers {
    run(): void {
      // Never runs.
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, 'run');
  expect(() => decorate()(Handlers.prototype, 'run', descriptor ?? {})).toThrow(
    new RegExp(`^@${name} on Handlers\\.run: .*undefined.*import each other in a circle`),
  );
});

it('configureJobs of an undefined job does, too', () => {
  expect(() => WorkModule.configureJobs([{ job: undefined as never }])).toThrow(/in a circle/);
});
