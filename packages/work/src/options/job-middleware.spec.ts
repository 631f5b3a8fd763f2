import 'reflect-metadata';
import { Global, Injectable, Module, Scope } from '@nestjs/common';
import { Enqueuer, InvalidOptionError, type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { type JobMiddleware } from './job-middleware.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';

afterEach(closeApps);

@Injectable({ scope: Scope.REQUEST })
class PerRequest implements JobMiddleware {
  async use(_job: Job, next: () => Promise<void>): Promise<void> {
    await next();
  }
}

@Injectable()
class Private {
  readonly secret = 7;
}

@Injectable()
class Needy extends PerRequest {
  constructor(readonly dependency: Private) {
    super();
  }
}

describe('middleware', () => {
  it('may be injectable classes, provided or not, and functions, and runs in order', async () => {
    @Injectable()
    class Log {
      readonly lines: string[] = [];
    }
    @Injectable()
    class Provided implements JobMiddleware<{ user?: string }> {
      constructor(private readonly log: Log) {}
      async use(_job: Job, next: () => Promise<void>, context: { user?: string }): Promise<void> {
        context.user = 'ada';
        this.log.lines.push('provided in');
        await next();
        this.log.lines.push('provided out');
      }
    }
    @Injectable()
    class NotProvided implements JobMiddleware {
      constructor(private readonly log: Log) {}
      async use(_job: Job, next: () => Promise<void>): Promise<void> {
        this.log.lines.push('not provided');
        await next();
      }
    }
    @Injectable()
    class Handler {
      constructor(private readonly log: Log) {}
      @JobHandler('n')
      handle(_job: Job, context: { user?: string }): void {
        this.log.lines.push(`handler for ${context.user}`);
      }
    }
    @Global()
    @Module({ providers: [Log], exports: [Log] })
    class LogModule {}
    const viaFunction = async (_job: Job, next: () => Promise<void>): Promise<void> => {
      await next();
    };
    const app = await anApp(
      [LogModule, work({ middleware: [Provided, viaFunction, NotProvided] })],
      [Provided, Handler],
    );
    await app.get(Enqueuer).enqueue('n');
    const { lines } = app.get(Log);
    await eventually(() =>
      expect(lines).toEqual(['provided in', 'not provided', 'handler for ada', 'provided out']),
    );
  });

  it.each([
    ['a class without `use`', Private],
    ['no function', 'LogJobs'],
    ['made for each request', PerRequest],
    ['in need of what only others have', Needy],
  ])('keeps the application from starting when it is %s', async (_what, middleware) => {
    const error = await bootError([work({ middleware: [middleware as never] })], [PerRequest]);
    expect(error).toMatchObject({ constructor: InvalidOptionError, option: 'middleware' });
  });
});

it('an anonymous class without `use` is called so', async () => {
  const [anonymous] = [class extends Private {}];
  const error = await bootError([work({ middleware: [anonymous as never] })]);
  expect(error).toMatchObject({ value: 'an anonymous class' });
});

describe('a job decorator', () => {
  it('keeps the application from starting when it decorates nothing', async () => {
    const error = await bootError([work({ jobDecorator: Private as never })]);
    expect(error).toMatchObject({ constructor: InvalidOptionError, option: 'jobDecorator' });
  });
});
