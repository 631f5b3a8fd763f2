import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Enqueuer, silentLogger, WorkerPool, type Logger } from '@nestcraft/engine';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import {
  hearsOfShutdown,
  onFurtherSignals,
  PATIENCE,
  warnWithoutShutdownHooks,
} from './shutdown-hooks.js';
import { anApp, closeApps, work } from '../testing/test-app.js';

@Injectable()
class Handlers {
  @JobHandler('n')
  async handle(): Promise<void> {
    await Handlers.wait();
  }

  static wait: () => Promise<unknown> = () => Promise.resolve();
}

let warnings: string[];
let logger: Logger;

beforeEach(() => {
  warnings = [];
  logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
});

afterEach(closeApps);

it.each(['SIGTERM', 'SIGINT'])('a listener of %s hears of the end', (signal) => {
  const signals = new EventEmitter();
  expect(hearsOfShutdown(signals as NodeJS.Process)).toBe(false);
  signals.on(signal, () => undefined);
  expect(hearsOfShutdown(signals as NodeJS.Process)).toBe(true);
});

it('a worker without shutdown hooks warns', async () => {
  await anApp([work({ logger })], [Handlers]);
  await eventually(() =>
    expect(warnings).toEqual([expect.stringContaining('enableShutdownHooks') as unknown]),
  );
});

it('a worker with shutdown hooks does not warn', async () => {
  const app = await anApp([work({ logger })], [Handlers]);
  app.enableShutdownHooks();
  await whenDue();
  expect(warnings).toEqual([]);
});

it('a process that enqueues only does not warn', async () => {
  await anApp([work({ logger, role: 'enqueuer' })], [Handlers]);
  await whenDue();
  expect(warnings).toEqual([]);
});

it('a signal that comes again is heard where the first was, until the end', () => {
  const signals = new EventEmitter() as NodeJS.Process;
  let heard = 0;
  signals.on('SIGTERM', () => undefined);
  const off = onFurtherSignals(() => heard++, signals);
  signals.emit('SIGTERM', 'SIGTERM');
  expect([heard, signals.listenerCount('SIGINT')]).toEqual([1, 0]);
  off();
  expect(signals.listenerCount('SIGTERM')).toBe(1);
});

it('a stopping worker reports the jobs that it waits for at the next signal', async () => {
  const lines: string[] = [];
  const log = (message: string): void => void lines.push(message);
  const app = await anApp([work({ logger: { ...logger, log } })], [Handlers]);
  const pool = app.get(WorkerPool);
  const gate = new Gate();
  Handlers.wait = () => gate.opened;
  await app.get(Enqueuer).enqueue('n');
  await eventually(() => expect(pool.busy).toBe(1));
  const keep = (): void => undefined;
  process.on('SIGTERM', keep);
  const closed = app.close();
  await eventually(() => expect(lines.join()).toContain('The worker pool is stopping.'));
  process.emit('SIGTERM', 'SIGTERM');
  process.off('SIGTERM', keep);
  gate.open();
  await closed;
  expect(lines.slice(-3)).toEqual([
    expect.stringMatching(/^The worker pool is stopping\. 1 job is running \("n"\) and may take/),
    expect.stringMatching(
      /^The worker pool is already stopping\. 1 job is running \("n"\) and may take/,
    ),
    'The worker pool has stopped: 1 job finished',
  ]);
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

/** When a warning of before has had its say: timers of one length fire in their order. */
async function whenDue(): Promise<void> {
  await sleep(PATIENCE);
}

it('can be called off', async () => {
  warnWithoutShutdownHooks(logger)();
  warnWithoutShutdownHooks({ ...silentLogger, warn: () => void warnings.push('the other') });
  await eventually(() => expect(warnings).toEqual(['the other']));
});
