import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Client, Enqueuer, InvalidOptionError, WorkerPool } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { UnknownJobSelectionError } from '../base/errors.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { selectedJobs } from './job-selection.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { isolated } from '../testing/test-redis.js';

afterEach(closeApps);

const NAMES = ['mail', 'mail_batch', 'export.pdf', 'exportXpdf'];

describe('selectedJobs', () => {
  it.each([
    ['all', {}, NAMES],
    ['only some', { only: ['mail', 'export.pdf'] }, ['mail', 'export.pdf']],
    ['only a pattern', { only: ['mail*'] }, ['mail', 'mail_batch']],
    ['a pattern in which a point is a point', { only: ['export.p*'] }, ['export.pdf']],
    ['all but a pattern', { except: ['*pdf'] }, ['mail', 'mail_batch']],
    ['both', { only: ['mail*'], except: ['mail_batch'] }, ['mail']],
  ])('selects %s', (_what, options, selected) => {
    expect([...selectedJobs(NAMES, options)]).toEqual(selected);
  });

  it.each(['only', 'except'] as const)('refuses names in "%s" that match no job', (option) => {
    expect(() => selectedJobs(NAMES, { [option]: ['mail', 'male'] })).toThrow(
      expect.objectContaining({
        constructor: UnknownJobSelectionError,
        option,
        pattern: 'male',
        known: NAMES,
      }),
    );
  });

  it('refuses an empty "only"', () => {
    expect(() => selectedJobs(NAMES, { only: [] })).toThrow(InvalidOptionError);
  });

  it.each([
    ['leave no job', { except: ['*'] }],
    ['leave no job together', { only: [NAMES[0] ?? ''], except: [NAMES[0] ?? ''] }],
    ['are one text', { only: 'mail' as never }],
    ['hold what is no text', { except: [undefined as never] }],
  ])('refuse what they are when they %s', (_what, options) => {
    expect(() => selectedJobs(NAMES, options)).toThrow(InvalidOptionError);
  });
});

describe('a process', () => {
  const seen: string[] = [];
  @Injectable()
  class Handlers {
    @JobHandler('mail')
    mail(): void {
      seen.push('mail');
    }
    @JobHandler('export')
    export(): void {
      seen.push('export');
    }
  }

  it('runs only the jobs that it selects', async () => {
    const app = await anApp([work({ only: ['exp*'] })], [Handlers]);
    await app.get(Enqueuer).enqueueMany([{ name: 'mail' }, { name: 'export' }]);
    await eventually(() => expect(seen).toEqual(['export']));
    const counts = (await app.get(Client).queues.list()).map(({ jobName, count }) => [
      jobName,
      count,
    ]);
    expect(Object.fromEntries(counts)).toEqual({ mail: 1, export: 0 });
  });

  it('starts no pool in the role of an enqueuer', async () => {
    const app = await anApp([work({ role: 'enqueuer' })], [Handlers]);
    await app.get(Enqueuer).enqueue('mail');
    expect(app.get(WorkerPool).isReady).toBe(false);
    expect(await app.get(Client).pools.list()).toEqual([]);
  });

  it.each(['start', 'drain'] as const)(
    'refuses %s() in the role of an enqueuer',
    async (method) => {
      const app = await anApp([work({ role: 'enqueuer' })], [Handlers]);
      await app.get(Enqueuer).enqueue('mail');
      await expect(app.get(WorkerPool)[method]()).rejects.toThrow(/"role" is "enqueuer".*"worker"/);
      expect(app.get(WorkerPool).isReady).toBe(false);
    },
  );

  it.each([
    ['an unknown job', { only: ['nail'] }, UnknownJobSelectionError],
    ['an unknown role', { role: 'web' as never }, InvalidOptionError],
  ])('does not start with %s', async (_what, options, error) => {
    expect(await bootError([work({ ...isolated(), ...options })], [Handlers])).toBeInstanceOf(
      error,
    );
  });
});
