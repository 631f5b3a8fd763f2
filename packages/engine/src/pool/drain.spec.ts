import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Gate } from '../../../../test/support/gate.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from './worker-pool.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let pool: WorkerPool;
let gate: Gate;
let ran: number;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  [gate, ran] = [new Gate(), 0];
  pool = new WorkerPool({ ...ns.options, logger: silentLogger, shutdownTimeout: 0 });
  pool.job('n', async () => {
    await gate.pass();
    ran++;
  });
});

afterEach(async () => {
  await pool.stop();
  await enqueuer.close();
  await ns.close();
});

describe('drain()', () => {
  it('resolves for all callers once all jobs have run', async () => {
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }, { name: 'n' }]);
    const drains = Promise.all([pool.drain(), pool.drain(), pool.drain()]).then(() => ran);
    gate.open();
    expect(await drains).toBe(3);
    await Promise.all([pool.drain(), pool.drain()]);
  });

  it('resolves for all callers when the pool stops', async () => {
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    await pool.start();
    const drains = Promise.all([pool.drain(), pool.drain(), pool.drain()]);
    await gate.reached;
    await pool.stop();
    gate.open();
    await drains;
  });

  it('resolves for all callers when a pool stops that never reached Redis', async () => {
    const away = new WorkerPool({ redis: 'redis://127.0.0.1:1', logger: silentLogger });
    away.job('n', () => undefined);
    const drains = Promise.all([away.drain(), away.drain()]);
    await away.start();
    await away.stop();
    await drains;
  });
});
