import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PoolRegistry } from './pool-registry.js';
import { Scripts } from '../scripts/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { performance } from '../base/timers.js';

const POOL = 'pool';

let ns: TestNamespace;
let clock: FakeClock;
let scripts: Scripts;
let losses: number;
let changes: unknown[][];
let outdated: number[];
let registry: PoolRegistry;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock(1_700_000_000);
  scripts = new Scripts(ns.keys, clock);
  [losses, changes, outdated] = [0, [], []];
  registry = aRegistry();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await ns.close();
});

function aRegistry(jobNames = ['n', 'limited', 'free']): PoolRegistry {
  return new PoolRegistry({
    id: POOL,
    registration: {
      jobNames,
      limits: new Map([
        ['limited', 2],
        ['free', 0],
      ]),
    },
    connection: ns.connection,
    keys: ns.keys,
    scripts,
    beat,
    onLost: () => losses++,
    onOutdated: (error) => outdated.push(error.format),
    onLimitChanged: (...change) => changes.push(change),
  });
}

async function beat(): Promise<void> {
  await ns.connection.ready();
  await ns.connection.call(scripts.pools.beat(POOL, { job_names: 'n' }));
}

async function books(): Promise<unknown> {
  const { redis, keys } = ns;
  return {
    known: (await redis.smembers(keys.knownJobs)).sort(),
    limits: await redis.mget(keys.maxConcurrency('limited'), keys.maxConcurrency('free')),
    pools: await redis.smembers(keys.workerPools),
    beats: await redis.exists(keys.heartbeat(POOL)),
  };
}

const COMPLETE = { known: ['free', 'limited', 'n'], limits: ['2', '0'], pools: [POOL], beats: 1 };

describe('PoolRegistry', () => {
  it('registers the pool, its names and its limits, and reports changed limits', async () => {
    await ns.redis.set(ns.keys.maxConcurrency('limited'), 7);
    await ns.redis.set(ns.keys.maxConcurrency('free'), 0);
    await registry.register();
    expect(await books()).toEqual(COMPLETE);
    expect(changes).toEqual([['limited', 7, 2]]);
    expect(losses).toBe(0);
  });

  it('changes nothing as long as Redis knows all', async () => {
    await registry.register();
    await ns.redis.set(ns.keys.maxConcurrency('limited'), 9);
    await registry.restore();
    expect(await books()).toEqual({ ...COMPLETE, limits: ['9', '0'] });
    expect(losses).toBe(0);
    expect(await registry.isComplete()).toBe(true);
  });

  it.each([
    ['everything', () => [...keysOfPool(), ns.keys.heartbeat(POOL)]],
    ['the names', () => [ns.keys.knownJobs]],
    ['a limit', () => [ns.keys.maxConcurrency('free')]],
    ['the heartbeat', () => [ns.keys.heartbeat(POOL)]],
    ['the pools', () => [ns.keys.workerPools]],
  ])('restores %s, once', async (_what, lost) => {
    await registry.register();
    await ns.redis.del(...lost());
    await registry.restore();
    await registry.restore();
    expect(await books()).toEqual(COMPLETE);
    expect(losses).toBe(1);
  });

  it('notices that it was unregistered, though a beat has brought it back', async () => {
    await registry.register();
    clock.advance(20);
    await beat();
    await registry.restore();
    expect(losses).toBe(0);
    await ns.redis.del(ns.keys.heartbeat(POOL));
    await beat();
    await registry.restore();
    await registry.restore();
    expect(losses).toBe(1);
  });

  it('says for ten seconds after a loss that others may not be known again yet', async () => {
    const uptime = jest.spyOn(performance, 'now').mockReturnValue(0);
    await registry.register();
    await ns.redis.del(ns.keys.knownJobs);
    expect(await registry.isComplete()).toBe(false);
    uptime.mockReturnValue(9_999);
    expect(await registry.isComplete()).toBe(false);
    uptime.mockReturnValue(10_001);
    expect(await registry.isComplete()).toBe(true);
  });

  it('takes thousands of names', async () => {
    const names = Array.from({ length: 12_345 }, (_, i) => `n${i}`);
    registry = aRegistry(names);
    await registry.register();
    expect(await ns.redis.scard(ns.keys.knownJobs)).toBe(12_345);
    await ns.redis.srem(ns.keys.knownJobs, 'n1', 'n12344');
    await registry.restore();
    expect(await ns.redis.scard(ns.keys.knownJobs)).toBe(12_345);
  });
});

function keysOfPool(): string[] {
  const { keys } = ns;
  const limits = [keys.maxConcurrency('limited'), keys.maxConcurrency('free')];
  return [keys.knownJobs, keys.workerPools, ...limits];
}

describe('the format of the data', () => {
  it('is noted, and noted again after a loss', async () => {
    await registry.register();
    expect(await ns.redis.get(ns.keys.format)).toBe('1');
    await ns.redis.del(ns.keys.format);
    await registry.restore();
    expect(await ns.redis.get(ns.keys.format)).toBe('1');
    expect(losses).toBe(0);
  });

  it('of a newer version keeps the pool away, and its heartbeat out of Redis', async () => {
    await ns.redis.set(ns.keys.format, 7);
    await expect(registry.register()).rejects.toThrow('format 7');
    expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([ns.keys.format]);
  });

  it('of a newer version is told to a registered pool', async () => {
    await registry.register();
    await ns.redis.set(ns.keys.format, 7);
    await registry.restore();
    expect(outdated).toEqual([7]);
    expect(await ns.redis.get(ns.keys.format)).toBe('7');
  });
});
