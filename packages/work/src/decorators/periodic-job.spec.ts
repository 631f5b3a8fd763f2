import 'reflect-metadata';
import { type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { InvalidJobHandlerError } from '../base/errors.js';
import { JobHandler } from './job-handler.decorator.js';
import { PeriodicJob } from './periodic-job.decorator.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';

afterEach(closeApps);

describe('a @PeriodicJob method', () => {
  it('is run whenever its schedule fires', async () => {
    class Clock {
      readonly ticks: unknown[] = [];
      @JobHandler('tick')
      @PeriodicJob('* * * * * *', { args: { by: 'second' } })
      tick(job: Job): void {
        this.ticks.push(job.args);
      }
    }
    const app = await anApp([work()], [Clock]);
    await eventually(() => expect(app.get(Clock).ticks[0]).toEqual({ by: 'second' }));
  });

  it('fails the boot for a schedule that never fires, and without one job name', async () => {
    class Never {
      @JobHandler('tick')
      @PeriodicJob('0 0 30 2 *')
      tick(): void {
        // Never runs.
      }
    }
    expect(await bootError([work()], [Never])).toMatchObject({
      constructor: InvalidJobHandlerError,
      className: 'Never',
      methodName: 'tick',
      message: expect.stringContaining('it never fires') as unknown,
    });
    class Nameless {
      @PeriodicJob('@daily')
      tick(): void {
        // Never runs.
      }
    }
    expect(await bootError([work()], [Nameless])).toMatchObject({
      constructor: InvalidJobHandlerError,
      message: expect.stringContaining('exactly one @JobHandler') as unknown,
    });
  });

  it('cannot be a property or a static member', () => {
    expect(() => {
      class Wrong {
        @PeriodicJob('@daily')
        static tick(): void {
          // Never runs.
        }
        other(): void {
          // A class of static members only would be no provider.
        }
      }
      return Wrong;
    }).toThrow(InvalidJobHandlerError);
  });
});
