import { LocalRedis } from '@nestcraft/local-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { Gate } from '../../../../test/support/gate.js';
import { eventually } from '../../../../test/support/eventually.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import type { JobOptions } from '../job/job-type.js';
import { silentLogger } from '../logging/logger.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

const TEXT = 'x'.repeat(20_000);
const JOBS = 100;

let server: LocalRedis;
let ns: TestNamespace;
let enqueuer: Enqueuer;
let pool: WorkerPool;
let ran: number[];
let monitor: Redis;
/** How many jobs were moved by a command, and not by a script. */
let moved: number;

beforeAll(async () => {
  server = await LocalRedis.start();
});

afterAll(() => server.stop());

beforeEach(async () => {
  ns = new TestNamespace(server.url);
  enqueuer = new Enqueuer(ns.options);
  ran = [];
  moved = 0;
  monitor = await ns.redis.monitor();
  monitor.on('monitor', (_time: string, [command]: string[], source: string) => {
    if (command?.toUpperCase() === 'LMOVE' && source !== 'lua') moved++;
  });
});

afterEach(async () => {
  await ns.redis.config('SET', 'maxmemory', 0);
  await pool.stop();
  monitor.disconnect();
  await enqueuer.close();
  await ns.close();
});

function enqueue(from: number, to: number): Promise<unknown> {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return enqueuer.enqueueMany(numbers.map((n) => ({ name: 'long', args: { n, text: TEXT } })));
}

async function work(
  { concurrency = 3, ...options }: JobOptions & { concurrency?: number } = {},
  handle: (n: number) => Promise<void> | void = () => undefined,
): Promise<void> {
  pool = new WorkerPool({ ...ns.options, concurrency, logger: silentLogger, shutdownTimeout: 0 });
  pool.job('long', options, async (job) => {
    const { n } = job.args as { n: number };
    ran.push(n);
    await handle(n);
  });
  await pool.start();
}

async function expectDone(numbers: readonly number[]): Promise<void> {
  await eventually(() => expect(ran.toSorted((a, b) => a - b)).toEqual(numbers));
  await eventually(async () => {
    expect(await ns.inProgress('long')).toBe(0);
    expect(await ns.lock('long')).toBe(0);
    expect(await ns.queue('long')).toEqual([]);
  });
}

const ALL = Array.from({ length: JOBS }, (_, n) => n);

describe('long jobs', () => {
  it('are moved by plain commands once they are known to be long, run once and in their order', async () => {
    await enqueue(0, JOBS);
    await work({ concurrency: 1 });
    await expectDone(ALL);
    expect(ran).toEqual(ALL);
    expect(moved).toBeGreaterThan(JOBS / 2);
  });

  it('are counted in the locks while they run', async () => {
    const gate = new Gate();
    await enqueue(0, JOBS);
    await work({ concurrency: 4 }, (n) => (n < 20 ? undefined : gate.opened));
    await eventually(() => expect(ran).toHaveLength(24));
    await eventually(async () => expect(await ns.lock('long')).toBe(await ns.inProgress('long')));
    expect(await ns.lock('long')).toBeGreaterThanOrEqual(4);
    gate.open();
    await expectDone(ALL);
  });

  it('never run more at once than their limit lets', async () => {
    let [running, most] = [0, 0];
    await enqueue(0, 30);
    await work({ concurrency: 10, maxConcurrency: 2 }, async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    });
    await expectDone(ALL.slice(0, 30));
    expect(most).toBe(2);
    expect(moved).toBe(0);
  });

  it('are not run once they have been cancelled, although plain commands would move them', async () => {
    const gate = new Gate();
    await enqueue(0, 20);
    const { id } = await enqueuer.enqueue('long', { n: 20, text: TEXT });
    await enqueue(21, 40);
    await work({ concurrency: 1 }, (n) => (n === 10 ? gate.opened : undefined));
    await eventually(() => expect(ran).toContain(10));
    await enqueuer.cancel(id);
    gate.open();
    await expectDone(ALL.slice(0, 40).filter((n) => n !== 20));
  });

  it('that are unique keep their claims until a script deals with them, and give them up then', async () => {
    await enqueue(0, 20);
    for (let n = 20; n < 30; n++)
      await enqueuer.enqueue('long', { n, text: TEXT }, { unique: true });
    await enqueue(30, 40);
    await work({ concurrency: 3 });
    await expectDone(ALL.slice(0, 40));
    expect(await ns.redis.keys(`${ns.keys.prefix}*unique*`)).toEqual([]);
    expect(moved).toBeGreaterThan(0);
  });

  it('are worked off although Redis is full', async () => {
    const gate = new Gate();
    await enqueue(0, JOBS);
    await work({ concurrency: 2 }, (n) => (n === 20 ? gate.opened : undefined));
    await eventually(() => expect(ran).toContain(20));
    await ns.redis.config('SET', 'maxmemory', 1);
    gate.open();
    await expectDone(ALL);
  });
});
