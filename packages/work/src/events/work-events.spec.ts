import 'reflect-metadata';
import { Controller, Injectable, Module, Scope } from '@nestjs/common';
import {
  Client,
  defineJob,
  Enqueuer,
  silentLogger,
  SnoozeJobError,
  WorkerPool,
  type Job,
  type Logger,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, map } from 'rxjs';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { InvalidJobListenerError, UnknownWorkInstanceError } from '../base/errors.js';
import { InjectEnqueuer, InjectWorkEvents } from '../instance/instance-tokens.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { OnJobEvent } from '../decorators/on-job-event.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { WorkEvents, type JobEventName, type JobFailed } from './work-events.js';

afterEach(closeApps);

const NAMES = [
  ...['started', 'done', 'failed', 'retried', 'dead', 'dropped'],
  ...['snoozed', 'putBack', 'cancelled', 'lost'],
] as JobEventName[];

/** Handlers, each named after what it does. */
@Injectable()
class Handlers {
  readonly started = new Gate();

  @JobHandler('succeeds')
  succeeds(): void {
    // Nothing to do.
  }
  @JobHandler('fails', { backoff: () => '600s' })
  @JobHandler('dies', { maxFails: 1 })
  @JobHandler('drops', { maxFails: 1, skipDead: true })
  fails(): void {
    throw new Error('boom');
  }
  @JobHandler('snoozes')
  snoozes(): void {
    throw new SnoozeJobError('600s');
  }
  @JobHandler('waits')
  async waits(job: Job): Promise<void> {
    const aborted = new Promise((_resolve, reject) => {
      job.signal.onabort = () => reject(job.signal.reason as Error);
    });
    void this.started.pass();
    await aborted;
  }
}

function aLogger(): { logger: Logger; errors: string[]; warnings: string[] } {
  const [errors, warnings]: string[][] = [[], []];
  const logger = {
    ...silentLogger,
    error: (message: string) => errors?.push(message),
    warn: (message: string) => warnings?.push(message),
  };
  return { logger, errors: errors ?? [], warnings: warnings ?? [] };
}

describe('WorkEvents', () => {
  it.each([
    ['succeeds', ['started', 'done']],
    ['fails', ['started', 'failed', 'retried']],
    ['dies', ['started', 'failed', 'dead']],
    ['drops', ['started', 'failed', 'dropped']],
    ['snoozes', ['started', 'snoozed']],
  ])('tells what happens to a job that %s', async (jobName, expected) => {
    const app = await anApp([work()], [Handlers]);
    const events = app.get(WorkEvents);
    const told: string[] = [];
    for (const name of NAMES) {
      events[name].subscribe(({ job }) => told.push(`${name} ${job.name} ${job.id}`));
    }
    const { id } = await app.get(Enqueuer).enqueue(jobName);
    await eventually(() =>
      expect(told).toEqual(expected.map((name) => `${name} ${jobName} ${id}`)),
    );
  });

  it('passes the details of the event', async () => {
    const app = await anApp([work()], [Handlers]);
    const { retried, snoozed, done } = app.get(WorkEvents);
    const all = Promise.all([retried, snoozed, done].map((one) => firstValueFrom<object>(one)));
    const enqueuer = app.get(Enqueuer);
    for (const name of ['fails', 'snoozes', 'succeeds']) await enqueuer.enqueue(name);
    const duration = expect.any(Number) as unknown;
    expect(await all).toMatchObject([
      { duration, delay: 600_000, error: new Error('boom'), failure: { fails: 1, error: 'boom' } },
      { duration, delay: 600_000 },
      { duration, job: { name: 'succeeds' } },
    ]);
  });

  it('emits cancelled and put-back jobs, and the ready pool', async () => {
    const app = await anApp([work({ shutdownTimeout: 0 })], [Handlers]);
    const events = app.get(WorkEvents);
    const told: string[] = [];
    for (const name of ['cancelled', 'putBack'] as const) {
      events[name].subscribe(({ job }) => told.push(`${name} ${job.id}`));
    }
    const enqueuer = app.get(Enqueuer);
    const cancelled = await enqueuer.enqueue('waits');
    await app.get(Handlers).started.reached;
    await enqueuer.cancel(cancelled.id);
    await eventually(() => expect(told).toEqual([`cancelled ${cancelled.id}`]));
    const putBack = await enqueuer.enqueue('waits');
    await eventually(() => expect(app.get(WorkerPool).busy).toBe(1));
    await app.get(WorkerPool).stop();
    expect(told).toContain(`putBack ${putBack.id}`);
  });

  it('tells that work stalls, and that it goes on, as the module watches it', async () => {
    const app = await anApp([work({ alerts: { unhandled: 1, interval: 50 } })], [Handlers]);
    const { stalled, recovered } = app.get(WorkEvents);
    const told: string[] = [];
    stalled.subscribe(({ kind, subject }) => told.push(`${kind} ${subject}`));
    recovered.subscribe(({ kind, recoveredAt }) => told.push(`${kind} ${typeof recoveredAt}`));
    await app.get(Enqueuer).enqueue('nobodys');
    await eventually(() => expect(told).toEqual(['unhandled nobodys']));
    await app.get(Client).queue('nobodys').empty();
    await eventually(() => expect(told).toEqual(['unhandled nobodys', 'unhandled object']));
  });

  it('listens to the pool only while somebody listens here', async () => {
    const app = await anApp([work()], [Handlers]);
    const pool = app.get(WorkerPool);
    const { done, dead } = app.get(WorkEvents);
    const listeners = [done, dead, done].map((events) => events.subscribe());
    expect(pool.listenerCount('settled')).toBe(1);
    for (const listener of listeners) listener.unsubscribe();
    expect(pool.listenerCount('settled')).toBe(0);
  });

  it('survives listeners that throw or reject, also behind operators, and calls the others', async () => {
    const { logger, errors } = aLogger();
    const app = await anApp([work({ logger })], [Handlers]);
    const { done } = app.get(WorkEvents);
    const told: string[] = [];
    done.subscribe(() => {
      throw new Error('thrown');
    });
    const rejects: () => unknown = () => Promise.reject(new Error('rejected'));
    done.subscribe(rejects);
    const ids = done.pipe(
      filter(({ job }) => job.name === 'succeeds'),
      map(({ job }) => job.id),
    );
    ids.subscribe({
      next: () => {
        throw new Error('thrown behind operators');
      },
    });
    done
      .pipe(
        map(() => {
          throw new Error('thrown in an operator');
        }),
      )
      .subscribe();
    ids.subscribe((id) => told.push(id));
    const { id } = await app.get(Enqueuer).enqueue('succeeds');
    await eventually(() => expect(told).toEqual([id]));
    await eventually(() =>
      expect(errors.map((text) => text.split(': ')[1]).sort()).toEqual([
        'rejected',
        'thrown',
        'thrown behind operators',
        'thrown in an operator',
      ]),
    );
    expect(await app.get(Client).counts()).toMatchObject({ retry: 0, dead: 0 });
  });
});

describe('@OnJobEvent', () => {
  it('has a method called for one name, for several, or for all', async () => {
    @Injectable()
    class Listeners {
      readonly calls: string[] = [];
      @OnJobEvent('dead', 'dies')
      one({ job, failure }: JobFailed): void {
        this.calls.push(`one ${job.name} ${failure.error}`);
      }
      @OnJobEvent('failed', ['dies', 'drops'])
      several({ job }: JobFailed): void {
        this.calls.push(`several ${job.name}`);
      }
      @OnJobEvent('started')
      @OnJobEvent('done')
      all({ job }: { job: Job }): void {
        this.calls.push(`all ${job.name}`);
      }
    }
    const app = await anApp([work({ concurrency: 1 })], [Handlers, Listeners]);
    const { calls } = app.get(Listeners);
    const enqueuer = app.get(Enqueuer);
    for (const name of ['dies', 'drops', 'succeeds']) await enqueuer.enqueue(name);
    await eventually(() =>
      expect([...calls].sort()).toEqual([
        'all dies',
        'all drops',
        'all succeeds',
        'all succeeds',
        'one dies boom',
        'several dies',
        'several drops',
      ]),
    );
  });

  it('hears of the jobs of a contract, under its aliases, too', async () => {
    const SendEmail = defineJob('send_email', { aliases: ['send_mail'] });
    @Injectable()
    class Mailer {
      readonly calls: string[] = [];
      @JobHandler(SendEmail)
      send(): void {
        // Nothing to do.
      }
      @OnJobEvent('done', SendEmail)
      sent({ job }: { job: Job }): void {
        this.calls.push(job.name);
      }
    }
    const { logger, warnings } = aLogger();
    const app = await anApp([work({ logger, concurrency: 1 })], [Handlers, Mailer]);
    const enqueuer = app.get(Enqueuer);
    for (const name of ['send_email', 'send_mail', 'succeeds']) await enqueuer.enqueue(name);
    await eventually(() =>
      expect([...app.get(Mailer).calls].sort()).toEqual(['send_email', 'send_mail']),
    );
    expect(warnings).not.toContainEqual(expect.stringContaining('@OnJobEvent'));
  });

  it('that throws or rejects is logged and affects nothing else', async () => {
    @Injectable()
    class Listeners {
      readonly calls: string[] = [];
      @OnJobEvent('done')
      throws(): void {
        throw new Error('thrown');
      }
      @OnJobEvent('done')
      async rejects(): Promise<void> {
        await Promise.reject(new Error('rejected'));
      }
      @OnJobEvent('done')
      works({ job }: { job: Job }): void {
        this.calls.push(job.id);
      }
    }
    const { logger, errors } = aLogger();
    const app = await anApp([work({ logger })], [Handlers, Listeners]);
    const { id } = await app.get(Enqueuer).enqueue('succeeds');
    await eventually(() => {
      expect(app.get(Listeners).calls).toEqual([id]);
      expect(errors).toEqual([
        '@OnJobEvent("done") on Listeners.throws failed: thrown',
        '@OnJobEvent("done") on Listeners.rejects failed: rejected',
      ]);
    });
  });

  it('hears of the jobs of its instance', async () => {
    @Injectable()
    class Listeners {
      readonly calls: string[] = [];
      constructor(
        @InjectEnqueuer('billing') readonly billing: Enqueuer,
        @InjectWorkEvents('billing') readonly events: WorkEvents,
        readonly unnamed: WorkEvents,
      ) {}
      @JobHandler('n')
      @JobHandler('n', { instance: 'billing' })
      handle(): void {
        // Nothing to do.
      }
      @OnJobEvent('done', 'n')
      unnamedDone(): void {
        this.calls.push('unnamed');
      }
      @OnJobEvent('done', 'n', { instance: 'billing' })
      billingDone(): void {
        this.calls.push('billing');
      }
    }
    const app = await anApp([work(), work({ name: 'billing' })], [Listeners]);
    const { billing, calls, events, unnamed } = app.get(Listeners);
    expect(events).not.toBe(unnamed);
    await billing.enqueue('n');
    await eventually(() => expect(calls).toEqual(['billing']));
    await app.get(Enqueuer).enqueue('n');
    await eventually(() => expect(calls).toEqual(['billing', 'unnamed']));
  });

  it('warns of a name without a handler', async () => {
    @Injectable()
    class Listeners {
      @OnJobEvent('dead', 'dise')
      tell(): void {
        // Nothing to do.
      }
    }
    const { logger, warnings } = aLogger();
    await anApp([work({ logger })], [Handlers, Listeners]);
    expect(warnings).toContainEqual(expect.stringMatching(/Listeners\.tell .* names "dise"/));
  });

  it('keeps the application from starting where it cannot work', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnJobEvent('done')
      tell(): void {
        // Nothing to do.
      }
    }
    @Injectable()
    class Elsewhere {
      @OnJobEvent('done', [], { instance: 'nowhere' })
      tell(): void {
        // Nothing to do.
      }
    }
    @Controller()
    class Pages {
      @OnJobEvent('done')
      tell(): void {
        // Nothing to do.
      }
    }
    @Module({ controllers: [Pages] })
    class PagesModule {}
    expect(await bootError([work()], [PerRequest])).toBeInstanceOf(InvalidJobListenerError);
    expect(await bootError([work(), PagesModule])).toBeInstanceOf(InvalidJobListenerError);
    expect(await bootError([work()], [Elsewhere])).toBeInstanceOf(UnknownWorkInstanceError);
    expect(() => {
      class Wrong {
        readonly name = 'wrong';
        @OnJobEvent('done')
        static tell(): void {
          // Nothing to do.
        }
      }
      return Wrong;
    }).toThrow(InvalidJobListenerError);
    expect(() => {
      class Wrong {
        @OnJobEvent('finished' as 'done')
        tell(): void {
          // Nothing to do.
        }
      }
      return Wrong;
    }).toThrow('event "finished" does not exist. Events: started, done');
    expect(() => {
      const tell = Symbol('tell');
      class Wrong {
        @OnJobEvent('done')
        [tell](): void {
          // Nothing to do.
        }
      }
      return Wrong;
    }).toThrow(InvalidJobListenerError);
  });
});
