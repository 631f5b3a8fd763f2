import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { systemClock } from '../base/clock.js';
import { Enqueuer } from './enqueuer.js';
import { silentLogger, type Logger } from '../logging/logger.js';
import { NameWatch, type KnownJobs } from './name-watch.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

let ns: TestNamespace;
let warnings: string[];
let logger: Logger;
const pools: WorkerPool[] = [];

beforeEach(() => {
  ns = new TestNamespace();
  warnings = [];
  logger = { ...silentLogger, warn: (message) => warnings.push(message) };
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
  await ns.close();
});

async function aPool(...jobNames: string[]): Promise<WorkerPool> {
  const pool = new WorkerPool({ ...ns.options, logger });
  pools.push(pool);
  for (const name of jobNames) pool.job(name, () => undefined);
  await pool.start();
  return pool;
}

async function aWatch(known?: KnownJobs): Promise<NameWatch> {
  await ns.connection.ready();
  const parts = { connection: ns.connection, keys: ns.keys, clock: systemClock };
  return new NameWatch({ ...parts, logger, known, patience: 1 });
}

const unhandled = (name: string): string =>
  `No running pool handles "${name}". Its jobs wait until one does.`;

describe('a name that is enqueued', () => {
  it('causes one warning if no running pool handles it, with a suggestion', async () => {
    await aPool('send_email', 'charge');
    const watch = await aWatch();
    ['send_emial', 'charge', 'other', 'send_emial'].forEach((name) => watch.note(name));
    await eventually(() => expect(warnings).toHaveLength(2));
    watch.note('other');
    expect(warnings).toEqual([
      `${unhandled('send_emial')} Did you mean "send_email"?`,
      unhandled('other'),
    ]);
  });

  it('causes a warning if no pool runs, or only a dead one', async () => {
    await ns.redis.sadd(ns.keys.workerPools, 'dead');
    await ns.redis.hset(ns.keys.heartbeat('dead'), { heartbeat_at: '1', job_names: 'a' });
    (await aWatch()).note('a');
    await eventually(() => expect(warnings).toEqual([unhandled('a')]));
  });

  it('is not looked for where the application knows it', async () => {
    const watch = await aWatch({ names: () => ['mine'], hint: (name) => `Ask ${name}.` });
    watch.note('mine');
    watch.note('yours');
    await eventually(() => expect(warnings).toEqual([`${unhandled('yours')} Ask yours.`]));
  });

  it('costs nothing once a look has met it', async () => {
    await aPool('a', 'b');
    const watch = await aWatch();
    const reads = jest.spyOn(ns.connection.redis, 'smembers');
    watch.note('a');
    await eventually(() => expect(reads).toHaveBeenCalledTimes(1));
    await reads.mock.results[0]?.value;
    watch.note('b');
    watch.note('c');
    await eventually(() => expect(warnings).toEqual([unhandled('c')]));
    expect(reads).toHaveBeenCalledTimes(2);
  });

  it('does no harm where timers are no more than numbers, as in a browser', async () => {
    const timeout = jest.spyOn(globalThis, 'setTimeout').mockReturnValue(7 as never);
    try {
      (await aWatch()).note('a');
    } finally {
      timeout.mockRestore();
    }
    await eventually(() => expect(warnings).toEqual([unhandled('a')]));
  });

  it('is one of twenty at most', async () => {
    const watch = await aWatch();
    for (let i = 0; i < 30; i++) watch.note(`job_${i * i * 7919}`);
    await eventually(() => expect(warnings).toHaveLength(20));
    expect(warnings.at(-1)).toContain('are not reported');
  });

  it('is no matter of a Redis that does not answer', async () => {
    const connection = ns.connection.sibling('closed');
    connection.close();
    const watch = new NameWatch({
      ...{ connection, keys: ns.keys, clock: systemClock, logger, known: undefined, patience: 1 },
    });
    watch.note('a');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(warnings).toEqual([]);
  });

  it('is watched by an enqueuer, whatever call it is', async () => {
    await aPool('send_email');
    const enqueuer = new Enqueuer({ ...ns.options, logger });
    await enqueuer.enqueue('send_emial');
    await enqueuer.enqueue('later', undefined, { in: '1s' });
    await enqueuer.enqueue('once', undefined, { unique: true });
    await enqueuer.enqueueMany([{ name: 'many' }, { name: 'send_email' }]);
    await eventually(() => expect(warnings).toHaveLength(4));
    expect(warnings[0]).toBe(`${unhandled('send_emial')} Did you mean "send_email"?`);
    await enqueuer.close();
  });
});

it('a pool warns of a schedule whose job no pool handles', async () => {
  const pool = new WorkerPool({ ...ns.options, logger });
  pools.push(pool);
  pool.job('make_report', () => undefined);
  pool.periodicallyEnqueue('@daily', 'make_reprot').periodicallyEnqueue('@daily', 'make_report');
  await pool.start();
  expect(warnings).toEqual([
    'No running pool handles "make_reprot", for which this pool has a schedule. Its jobs wait until one does. Did you mean "make_report"?',
  ]);
});

it('a pool warns of a schedule whose job only a dead pool handles', async () => {
  await ns.redis.sadd(ns.keys.workerPools, 'dead');
  const beatAt = Math.floor(Date.now() / 1000) - 3_600;
  await ns.redis.hset(ns.keys.heartbeat('dead'), {
    heartbeat_at: beatAt,
    job_names: 'report',
    engine: 'nestcraft',
  });
  const pool = new WorkerPool({ ...ns.options, logger });
  pools.push(pool);
  pool.job('n', () => undefined).periodicallyEnqueue('@daily', 'report');
  await pool.start();
  expect(warnings).toEqual([
    'No running pool handles "report", for which this pool has a schedule. Its jobs wait until one does.',
  ]);
});
