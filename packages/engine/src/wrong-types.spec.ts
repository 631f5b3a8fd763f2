import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from './client/client.js';
import { Enqueuer } from './enqueue/enqueuer.js';
import { isWorkError } from './errors/errors.js';
import { defineJob } from './job/job-contract.js';
import { silentLogger } from './logging/logger.js';
import { parseSchedule } from './schedule/schedule.js';
import { TestNamespace } from './testing/test-redis.js';
import { WorkerPool } from './pool/worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;

beforeAll(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  client = new Client(ns.options);
});

afterAll(async () => {
  await enqueuer.close();
  client.close();
  await ns.close();
});

function aPool(): WorkerPool {
  return new WorkerPool({ ...ns.options, logger: silentLogger });
}

/** As a JavaScript caller, or one whose setting is missing, would. */
async function outcome(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    return error;
  }
}

const WRONG = [null, 5, 'text', true, [], [null], () => undefined, Symbol('s'), 7n];

const CALLS: Readonly<Record<string, (value: never) => unknown>> = {
  enqueueMany: (value) => enqueuer.enqueueMany(value),
  'enqueueMany of one': (value) => enqueuer.enqueueMany([value]),
  'enqueue, options': (value) => enqueuer.enqueue('n', {}, value),
  'enqueueMany, options': (options) => enqueuer.enqueueMany([{ name: 'n', options }]),
  'enqueueMany, contract': (contract) => enqueuer.enqueueMany([{ contract }]),
  'cancel, options': (value) => enqueuer.cancel('id', value),
  'queue, a name': (value) => client.queue(value),
  'queue.pause': (value) => client.queue('n').pause(value),
  'queue.limit': (value) => client.queue('n').limit(value),
  'queue.empty': (value) => client.queue('n').empty(value),
  'queue.list': (value) => client.queue('n').list(value),
  'queue.get': (value) => client.queue('n').get(value),
  'queue.delete': (value) => client.queue('n').delete(value),
  'dead.list': (value) => client.dead.list(value),
  'dead.get': (value) => client.dead.get(value),
  'dead.delete': (value) => client.dead.delete(value),
  'dead.deleteAll': (value) => client.dead.deleteAll(value),
  'dead.runAll': (value) => client.dead.runAll(value),
  'scheduled.runNow': (value) => client.scheduled.runNow(value),
  'retries.kill': (value) => client.retries.kill(value),
  'retries.killAll': (value) => client.retries.killAll(value),
  workers: (value) => client.workers(value),
  metrics: (value) => client.metrics(value),
  rates: (value) => client.rates(value),
  health: (value) => aPool().health(value),
  'options of a job': (value) => aPool().job('n', value, (() => undefined) as never),
  periodicallyEnqueue: (value) => aPool().periodicallyEnqueue('@daily', 'n', value),
  parseSchedule: (value) => parseSchedule('@daily', value),
  'a time zone': (value) => parseSchedule('@daily', { timezone: value }),
};

describe.each(Object.keys(CALLS))('%s', (name) => {
  // A function as options is a handler, and an empty list of jobs or pools nothing to do.
  const wrong = WRONG.filter(
    (value) =>
      !(name === 'options of a job' && typeof value === 'function') &&
      !(name === 'enqueueMany' && Array.isArray(value) && value.length === 0) &&
      !(name === 'workers' && Array.isArray(value) && value.length === 0) &&
      !(name === 'queue.limit' && value === 5) &&
      !(['queue, a name', 'a time zone'].includes(name) && value === 'text'),
  );

  it.each(wrong)('names the value and the valid values, for %p', async (value) => {
    const error = await outcome(() => CALLS[name]?.(value as never));
    expect(error).toMatchObject({
      message: expect.stringMatching(/^(Option|Job name) .* (is|it must be) .+/),
    });
    expect(isWorkError(error)).toBe(true);
  });
});

it.each<[string, () => unknown, string]>([
  [
    'nothing',
    () => enqueuer.enqueueMany(undefined as never),
    'Option "jobs" is undefined; it must be an array of { name, args, options }.',
  ],
  [
    'a hole',
    () => enqueuer.enqueueMany([{ name: 'n' }, null as never]),
    'Option "jobs[1]" is null; it must be { name, args, options }, or a job made by the with() of a contract.',
  ],
  [
    'another member',
    () => client.dead.deleteAll({ jobname: 'n' } as never),
    'Unknown option "jobname" of this call. Did you mean "jobName"? Options: jobName, signal, onProgress.',
  ],
  [
    'a time that is none',
    () => client.dead.get({ at: '2020' as never, id: 'x' }),
    'Option "at" is "2020"; it must be a valid Date.',
  ],
  [
    'an empty place',
    () => enqueuer.enqueueMany(Array<never>(1)),
    'Option "jobs[0]" is undefined; it must be { name, args, options }, or a job made by the with() of a contract.',
  ],
  [
    'a list in the list',
    () => enqueuer.enqueueMany([[{ name: 'n' }] as never]),
    'Option "jobs[0]" is [ { name: \'n\' } ]; it must be { name, args, options }, or a job made by the with() of a contract.',
  ],
  [
    'an option beside the options',
    () => enqueuer.enqueueMany([{ name: 'n' }, { name: 'n', in: '5m' } as never]),
    'Unknown option "jobs[1].in" of enqueueMany(). Put it into "options": { name, args, options: { in } }. Options: name, contract, args, options.',
  ],
  [
    'another member of one of many',
    () => enqueuer.enqueueMany([{ name: 'n', arg: {} } as never]),
    'Unknown option "jobs[0].arg" of enqueueMany(). Did you mean "args"? Options: name, contract, args, options.',
  ],
  [
    'an option with a very long name',
    () => enqueuer.enqueue('n', {}, { ['x'.repeat(1e6)]: 1 } as never),
    `Unknown option "${'x'.repeat(79)}… of enqueue(). Options: in, at, unique.`,
  ],
  [
    'a Date instead of options',
    () => enqueuer.enqueue('n', {}, new Date() as never),
    'Option "options of enqueue()" is "[object Date]"; it must be a plain object.',
  ],
  [
    'a Map instead of options',
    () => client.dead.list(new Map([['limit', 5]]) as never),
    'Option "options of list" is "[object Map]"; it must be a plain object.',
  ],
  [
    'a promise of options, without their secrets',
    () => new Enqueuer(Promise.resolve({ redis: 'redis://:secret@host' }) as never),
    'Option "options of Enqueuer" is "[object Promise]"; it must be a plain object.',
  ],
  [
    'an id that is none',
    () => client.dead.get({ at: new Date(), id: 5 as never }),
    'Option "id" is 5; it must be the id of a job.',
  ],
  [
    'a missing id',
    () => client.queue('n').delete({ position: 1 } as never),
    'Option "id" is undefined; it must be the id of a job.',
  ],
  [
    'a listed job that has passed through JSON',
    () => client.dead.delete({ raw: { type: 'Buffer', data: [] } } as never),
    'Option "raw" is { type: \'Buffer\', data: [] }; it must be the entry of a listed job; or pass { at, id }.',
  ],
  [
    'a name to count that is none',
    () => client.dead.count(5 as never),
    'Option "jobName" is 5; it must be a text that is not empty.',
  ],
  [
    'aliases that are none',
    () => defineJob('n', { aliases: 'm' as never }),
    'Option "aliases" is "m"; it must be a list of job names.',
  ],
])('%s is told of', async (_what, act, message) => {
  expect(await outcome(act)).toMatchObject({ message });
});

it.each([
  () => enqueuer.enqueue(undefined as never),
  () => aPool().job(undefined as never, () => undefined),
  () => aPool().periodicallyEnqueue('@daily', undefined as never),
])('an undefined name hints at imports that go in a circle', async (act) => {
  const error = (await outcome(act)) as Error;
  expect(error.message).toMatch(
    /^Job name undefined is not a string\..*import each other in a circle/,
  );
});
