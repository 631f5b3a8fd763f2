import 'reflect-metadata';
import {
  Catch,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { WorkerPool, type Handler, type Job } from '@nestcraft/engine';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { defer, EMPTY, Observable, of, tap, throwError } from 'rxjs';
import { eventually } from '../../../../test/support/eventually.js';
import { JobDecoratorService } from '../options/job-decorator.service.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { JobPayload } from '../decorators/job-params.decorators.js';
import { OnJobEvent } from '../decorators/on-job-event.decorator.js';
import { aWorker, closeApps, deathsOf } from '../testing/test-app.js';

afterEach(closeApps);

let log: string[] = [];
beforeEach(() => {
  log = [];
});

const work = (): Observable<number> => defer(() => of(log.push('work')));

@Injectable()
class Allow {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class After implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap({ complete: () => log.push('after') }));
  }
}

@Catch()
class Hear implements ExceptionFilter {
  catch(error: Error): void {
    log.push(`heard ${error.message}`);
  }
}

@Injectable()
class Handlers {
  @JobHandler('plain', { maxFails: 1 })
  plain(job: Job<Kind>): unknown {
    return made(job.args.kind);
  }

  @JobHandler('guarded', { maxFails: 1 })
  @UseGuards(Allow)
  guarded(job: Job<Kind>): unknown {
    return made(job.args.kind);
  }

  @JobHandler('args', { maxFails: 1 })
  args(@JobPayload() { kind }: Kind): unknown {
    return made(kind);
  }

  @JobHandler('intercepted', { maxFails: 1 })
  @UseInterceptors(After)
  @UseFilters(Hear)
  intercepted(job: Job<Kind>): unknown {
    return made(job.args.kind);
  }
}

interface Kind {
  readonly kind: 'observable' | 'empty' | 'generator' | 'throws' | 'function';
}

function made(kind: Kind['kind']): unknown {
  switch (kind) {
    case 'observable':
      return work();
    case 'empty':
      return work().pipe(() => EMPTY);
    case 'generator':
      return (async function* () {
        yield await Promise.resolve(log.push('work'));
      })();
    case 'throws':
      return throwError(() => new Error('of it'));
    case 'function':
      return () => log.push('work');
  }
}

const NAMES = ['plain', 'guarded', 'args', 'intercepted'];

it.each(NAMES)('a %s handler is done when its returned work is done', async (name) => {
  const { app, enqueuer, client } = await aWorker([Handlers]);
  for (const kind of ['observable', 'generator']) {
    log = [];
    await enqueuer.enqueue(name, { kind });
    await app.get(WorkerPool).drain();
    expect(log.filter((line) => line === 'work')).toEqual(['work']);
  }
  await enqueuer.enqueue(name, { kind: 'empty' });
  await app.get(WorkerPool).drain();
  expect(await deathsOf(client)).toEqual([]);
});

it.each(NAMES)('a %s handler fails with its returned work', async (name) => {
  log = [];
  const { app, enqueuer, client } = await aWorker([Handlers]);
  await enqueuer.enqueue(name, { kind: 'throws' });
  await app.get(WorkerPool).drain();
  expect(await deathsOf(client)).toEqual(['of it']);
  expect(log).toEqual(name === 'intercepted' ? ['heard of it'] : []);
  await enqueuer.enqueue(name, { kind: 'function' });
  await app.get(WorkerPool).drain();
  expect(await deathsOf(client)).toContainEqual(expect.stringContaining('returned a function'));
});

it("is done before a decorator sees the end, and a listener's returned work is done, too", async () => {
  @Injectable()
  class Watch extends JobDecoratorService {
    override decorate(handler: Handler): Handler {
      return async (job, context) => {
        await handler(job, context);
        log.push('decorated');
      };
    }
  }
  @Injectable()
  class Listener {
    @OnJobEvent('done')
    onDone(): Observable<unknown> {
      return defer(() => of(log.push('listened')));
    }
  }
  const { app, enqueuer } = await aWorker([Handlers, Listener, Watch], { jobDecorator: Watch });
  await enqueuer.enqueue('plain', { kind: 'observable' });
  await app.get(WorkerPool).drain();
  await eventually(() => expect(log).toEqual(['work', 'decorated', 'listened']));
});

it.each(['plain', 'guarded', 'intercepted'])(
  'a %s handler lets go when its job is cancelled',
  async (name) => {
    let id = '';
    @Injectable()
    class Waits {
      @JobHandler('plain')
      plain(job: Job): Observable<never> {
        return new Observable<never>(() => {
          id = job.id;
          return () => log.push('let go');
        });
      }

      @JobHandler('guarded')
      @UseGuards(Allow)
      guarded(job: Job): Observable<never> {
        return this.plain(job);
      }

      @JobHandler('intercepted')
      @UseInterceptors(After)
      intercepted(job: Job): Observable<never> {
        return this.plain(job);
      }
    }
    const { app, enqueuer } = await aWorker([Waits]);
    await enqueuer.enqueue(name);
    await eventually(() => expect(id).not.toBe(''));
    await enqueuer.cancel(id);
    await app.get(WorkerPool).drain();
    expect(log).toEqual(['let go']);
  },
);
