import { Injectable } from '@nestjs/common';
import { Enqueuer, WorkerPool } from '@nestcraft/engine';
import { MemoryRedis } from '@nestcraft/memory-redis';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { PeriodicJob } from '../decorators/periodic-job.decorator.js';
import { RecordingLogger } from '../testing/test-logger.js';
import { anApp, bootError, closeApps, work } from '../testing/test-app.js';
import { isolated, TEST_ADMIN_URL } from '../testing/test-redis.js';

@Injectable()
class Mailer {
  @JobHandler('send_email')
  sendEmail(): void {
    // Nothing to do.
  }
}

@Injectable()
class Reports {
  @JobHandler('make_report')
  @PeriodicJob('@daily')
  make(): void {
    // Nothing to do.
  }
  @JobHandler('invoice', { instance: 'billing' })
  invoice(): void {
    // Nothing to do.
  }
}

const place = `${TEST_ADMIN_URL.replace('redis://', '')}/0`;
let logger: RecordingLogger;

beforeEach(() => {
  logger = new RecordingLogger();
});

afterEach(closeApps);

describe('at the start one line', () => {
  it('lists jobs, their places and schedules, the namespace, Redis and the concurrency', async () => {
    const options = isolated();
    await anApp([work({ ...options, logger, concurrency: 7 })], [Mailer]);
    expect(logger.lines).toEqual([
      `Runs 1 job: send_email (Mailer.sendEmail); namespace ${options.namespace} at ${place}; concurrency 7`,
    ]);
  });

  it('is one for each instance', async () => {
    const billing = new RecordingLogger();
    await anApp(
      [work({ logger }), work({ name: 'billing', namespace: 'b', logger: billing })],
      [Mailer, Reports],
    );
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatch(
      /^Runs 2 jobs: send_email \(Mailer.sendEmail\), make_report \(Reports.make, @daily\); 1 schedule; namespace/,
    );
    expect(billing.lines).toEqual([
      `Instance "billing" runs 1 job: invoice (Reports.invoice); namespace b at ${place}; concurrency 10`,
    ]);
  });

  it('reports the jobs that a selection leaves out', async () => {
    const options = { logger, only: ['send_*'] };
    await anApp([work(options), work({ name: 'billing' })], [Mailer, Reports]);
    expect(logger.lines[0]).toMatch(/^Runs 1 job: .*; 1 job excluded by "only" and "except"$/);
  });

  it('says that the role is to enqueue only', async () => {
    await anApp([work({ logger, role: 'enqueuer', namespace: 'n' })], [Mailer]);
    expect(logger.lines).toEqual([`Runs no jobs: its role is "enqueuer"; namespace n at ${place}`]);
  });

  it('says that there are no handlers, and lists classes that no module provides', async () => {
    class Forgotten {
      @JobHandler('forgotten')
      run(): void {
        // Never runs.
      }
    }
    await anApp([work({ logger })]);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toContain('no handlers, so no pool is started');
    expect(logger.lines[0]).toContain('must be providers of an imported module');
    expect(logger.lines[0]).toContain(`no module provides ${Forgotten.name}.run`);
    expect(logger.warnings).toEqual([]);
  });

  it('names no password, and a Redis in memory', async () => {
    const memory = new MemoryRedis();
    await anApp([work({ logger, redis: memory.options, namespace: 'n' })], [Mailer]);
    expect(logger.lines[0]).toContain('namespace n at memory/0;');
    await memory.close();
  });
});

it('a name without a handler causes a warning that names the likely handler', async () => {
  class Unprovided {
    @JobHandler('unprovided')
    run(): void {
      // Never runs.
    }
  }
  const app = await anApp([work({ logger }), work({ name: 'billing' })], [Mailer, Reports]);
  const enqueuer = app.get(Enqueuer);
  for (const name of ['send_emial', 'send_email', 'unprovided', 'invoice']) {
    await enqueuer.enqueue(name);
  }
  const warnings = (): string[] => logger.warnings.filter((line) => line.startsWith('No running'));
  await eventually(() => expect(warnings()).toHaveLength(3));
  const told = (name: string, hint: string): string =>
    `No running pool handles "${name}". Its jobs wait until one does. ${hint}`;
  expect(warnings()).toEqual([
    told('send_emial', 'Did you mean "send_email"?'),
    told(
      'unprovided',
      `${Unprovided.name}.run has a @JobHandler for it, but no module of this application provides Unprovided.`,
    ),
    told(
      'invoice',
      `Reports.invoice handles it for the instance "billing" of WorkModule: inject that instance's Enqueuer.`,
    ),
  ]);
});

it('names that the application handles elsewhere cause no warning', async () => {
  const app = await anApp([work({ logger, role: 'enqueuer' })], [Mailer]);
  await app.get(Enqueuer).enqueue('send_email');
  await app.get(Enqueuer).enqueue('other');
  await eventually(() => expect(logger.warnings).toHaveLength(1));
  expect(logger.warnings[0]).toContain('"other"');
});

it('when the pool of one instance does not start, those of the others stop', async () => {
  const pools: WorkerPool[] = [];
  const start: unknown = Reflect.get(WorkerPool.prototype, 'start');
  const spy = jest.spyOn(WorkerPool.prototype, 'start');
  spy.mockImplementation(async function (this: WorkerPool) {
    pools.push(this);
    if (this.jobNames.includes('invoice')) throw new Error('no second one');
    await Reflect.apply(start as () => Promise<void>, this, []);
  });
  const error = await bootError([work(), work({ name: 'billing' })], [Mailer, Reports]);
  spy.mockRestore();
  expect(error).toMatchObject({ message: 'no second one' });
  for (const pool of pools) {
    expect(pool.isReady).toBe(false);
    await expect(pool.start()).rejects.toThrow('closed');
  }
});
