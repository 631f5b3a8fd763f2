import 'reflect-metadata';
import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  Injectable,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import {
  KillJobError,
  DropJobError,
  InvalidOptionError,
  RetryJobError,
  SnoozeJobError,
  type Job,
} from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { jobErrors, type JobOutcome } from './job-outcome.js';
import { aWorker, bootError, closeApps, work } from '../testing/test-app.js';

afterEach(closeApps);

describe('jobErrors', () => {
  class TooBusy extends Error {
    constructor(readonly retryAfter: string) {
      super('too busy');
    }
  }
  class Gone extends Error {}

  const cause = new Gone('gone');

  it.each<[string, JobOutcome['outcome'], object]>([
    ['dead', 'dead', { constructor: KillJobError, message: 'gone', cause }],
    ['dropped', 'dropped', { constructor: DropJobError, message: 'gone', cause }],
    [
      'retry in n',
      { retryIn: '7s' },
      { constructor: RetryJobError, message: 'gone', delay: 7_000 },
    ],
    ['snoozed', { snooze: 7_000 }, { constructor: SnoozeJobError, delay: 7_000 }],
    ['retry', 'retry', cause],
  ])(
    'says that a job is %s, with the error and where it was thrown',
    (_what, outcome, expected) => {
      const error = jobErrors([{ error: Gone, outcome }])(cause);
      expect(error).toMatchObject(expected);
      expect((error as Error).stack).toBe(cause.stack);
    },
  );

  it('asks a function', () => {
    const outcome = ({ retryAfter }: TooBusy) => ({ retryIn: retryAfter });
    expect(jobErrors([{ error: TooBusy, outcome }])(new TooBusy('9s'))).toMatchObject({
      constructor: RetryJobError,
      delay: 9_000,
    });
  });

  it.each([
    BadRequestException,
    UnprocessableEntityException,
    UnauthorizedException,
    ForbiddenException,
  ])('says that a job is dead after %p, unless it is told otherwise', (type) => {
    const error = new type('no');
    expect(jobErrors([])(error)).toBeInstanceOf(KillJobError);
    expect(jobErrors([{ error: type, outcome: 'retry' }])(error)).toBe(error);
    expect(jobErrors([{ error: HttpException, outcome: { snooze: '1s' } }])(error)).toBeInstanceOf(
      SnoozeJobError,
    );
  });

  it('ignores errors without a rule, and decisions of the handler', () => {
    const all = jobErrors([{ error: Error, outcome: 'dropped' }]);
    for (const error of [new SnoozeJobError('1s'), new KillJobError(), 'a text', undefined]) {
      expect(all(error)).toBe(error);
    }
    expect(jobErrors([])(cause)).toBe(cause);
  });

  it.each([{ retryIn: -1 }, { snooze: NaN }, { retryIn: 'soon' }, 'snoozed', {}])(
    'refuses the outcome %j',
    (outcome) => {
      expect(() => jobErrors([{ error: Gone, outcome: outcome as never }])).toThrow(
        InvalidOptionError,
      );
    },
  );

  it('says which outcome it refuses', () => {
    const outcomes = [Gone, Error].map((error) => ({
      error,
      outcome: { snooze: 'soon' } as never,
    }));
    expect(() => jobErrors([{ error: Gone, outcome: 'dead' }, ...outcomes])).toThrow(
      `Option "outcomes[1].outcome" is { snooze: 'soon' }; it must be "dead", "retry"`,
    );
  });
});

describe('the option outcomes', () => {
  it('decides the fates of jobs', async () => {
    class Dead extends Error {}
    class Dropped extends Error {}
    class Later extends Error {}
    class Snoozed extends Error {}
    const errors = { dead: Dead, dropped: Dropped, later: Later, snoozed: Snoozed };
    @Injectable()
    class Handlers {
      @JobHandler('dead')
      @JobHandler('dropped')
      @JobHandler('later')
      @JobHandler('snoozed')
      fail(job: Job): void {
        throw new errors[job.name as keyof typeof errors](job.name);
      }
    }
    const { enqueuer, client } = await aWorker([Handlers], {
      outcomes: [
        { error: Dead, outcome: 'dead' },
        { error: Dropped, outcome: 'dropped' },
        { error: Later, outcome: { retryIn: '500s' } },
        { error: Snoozed, outcome: () => ({ snooze: '500s' }) },
      ],
    });
    await enqueuer.enqueueMany(Object.keys(errors).map((name) => ({ name })));
    await eventually(async () =>
      expect(await client.counts()).toEqual({ scheduled: 1, retry: 1, dead: 1 }),
    );
    await eventually(async () =>
      expect(
        (await client.queues.list()).map(({ count, inProgress }) => count + inProgress),
      ).toEqual([...[0, 0, 0, 0]]),
    );
    const [dead] = (await client.dead.list()).jobs;
    expect(dead?.job).toMatchObject({ name: 'dead', lastError: 'dead', fails: 1 });
    expect(dead?.job?.backtrace).toContain('Handlers.fail');
    expect((await client.scheduled.list()).jobs[0]?.job).toMatchObject({
      name: 'snoozed',
      fails: 0,
    });
  });

  it('that makes no sense keeps the application from starting', async () => {
    const outcomes = [{ error: Error, outcome: { retryIn: -1 } }];
    expect(await bootError([work({ outcomes })])).toBeInstanceOf(InvalidOptionError);
  });
});
