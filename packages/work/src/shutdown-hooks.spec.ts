import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { silentLogger, type Logger } from '@nestcraft/engine';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { JobHandler } from './job-handler.decorator.js';
import { hearsOfShutdown, PATIENCE, warnWithoutShutdownHooks } from './shutdown-hooks.js';
import { anApp, closeApps, work } from './testing/test-app.js';

@Injectable()
class Handlers {
  @JobHandler('n')
  handle(): void {
    // Never runs.
  }
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

it('a worker that nothing tells of the end warns', async () => {
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

/** When a warning of before has had its say: timers of one length fire in their order. */
async function whenDue(): Promise<void> {
  await sleep(PATIENCE);
}

it('can be called off', async () => {
  warnWithoutShutdownHooks(logger)();
  warnWithoutShutdownHooks({ ...silentLogger, warn: () => void warnings.push('the other') });
  await eventually(() => expect(warnings).toEqual(['the other']));
});
