import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ATTEMPTS } from '../job/attempt.js';
import { Scripts } from './scripts.js';
import type { Settlement } from './settling.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';

const POOL = 'pool';
const NOW = 1_700_000_000;

let ns: TestNamespace;

beforeEach(async () => {
  ns = new TestNamespace();
  await ns.connection.ready();
});

afterEach(async () => {
  await ns.close();
});

/** Settles a job that is in progress, half a second after `NOW`. */
async function settle(settlement: Pick<Settlement, 'move' | 'notes'>): Promise<void> {
  await ns.redis.lpush(ns.keys.inProgress('n', POOL), 'raw');
  const scripts = new Scripts(ns.keys, new FakeClock(NOW + 0.5));
  await ns.connection.call(
    scripts.running.settle(POOL, [{ jobName: 'n', raw: 'raw', ...settlement }]),
  );
}

describe('settling jobs', () => {
  it.each([
    [0, NOW],
    [1, NOW + 2],
  ])('puts a job into retry after %i s at %i', async (delay, at) => {
    await settle({ move: { to: 'retry', entry: 'new', delay } });
    expect(Number(await ns.redis.zscore(ns.keys.retry, 'new'))).toBe(at);
  });

  it.each([
    [0, NOW + 1],
    [1, NOW + 2],
  ])('puts a job as it is into scheduled after %i s at %i', async (delay, at) => {
    await settle({ move: { to: 'scheduled', delay } });
    expect(Number(await ns.redis.zscore(ns.keys.scheduled, 'raw'))).toBe(at);
  });

  it('remembers the latest attempts only, and for a while', async () => {
    for (let text = 1; text <= ATTEMPTS.max + 2; text++) {
      const note = { kind: 'attempt', jobId: 'id', text: String(text) } as const;
      await settle({ move: { to: 'nowhere' }, notes: [note] });
    }
    const attempts = await ns.redis.lrange(ns.keys.attempts('id'), 0, -1);
    expect(attempts.map(Number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(await ns.redis.pttl(ns.keys.attempts('id'))).toBeGreaterThan(ATTEMPTS.ttl - 60_000);
  });

  it('settles a job whose attempt cannot be remembered', async () => {
    await ns.redis.set(ns.keys.attempts('id'), 'no list');
    const note = { kind: 'attempt', jobId: 'id', text: 'text' } as const;
    await settle({ move: { to: 'retry', entry: 'new', delay: 0 }, notes: [note] });
    expect(Number(await ns.redis.zscore(ns.keys.retry, 'new'))).toBe(NOW);
    expect(await ns.redis.llen(ns.keys.inProgress('n', POOL))).toBe(0);
  });

  it('keeps jobs in progress whose destination Redis refuses, and settles the others', async () => {
    await ns.redis.set(ns.keys.dead, 'no sorted set');
    await ns.redis.rpush(ns.keys.inProgress('n', POOL), 'third', 'second', 'first');
    await ns.redis.set(ns.keys.lock('n'), '3');
    const scripts = new Scripts(ns.keys, new FakeClock(NOW));
    const call = scripts.running.settle(POOL, [
      { jobName: 'n', raw: 'first', move: { to: 'retry', entry: 'first', delay: 0 } },
      {
        ...{ jobName: 'n', raw: 'second', move: { to: 'dead', entry: 'second' } },
        notes: [{ kind: 'attempt', jobId: 'id', text: 'text' }],
      },
      { jobName: 'n', raw: 'third', move: { to: 'queue' } },
    ]);
    const settled = await ns.connection.call(call);
    expect(settled).toEqual({
      lost: [],
      refused: [1],
      reason: expect.stringContaining('WRONGTYPE'),
    });
    expect(await ns.redis.lrange(ns.keys.inProgress('n', POOL), 0, -1)).toEqual(['second']);
    expect(await ns.queue('n')).toEqual(['third']);
    expect(await ns.redis.zrange(ns.keys.retry, '0', '-1')).toEqual(['first']);
    expect(await ns.lock('n')).toBe(1);
    expect(await ns.redis.exists(ns.keys.attempts('id'))).toBe(0);
  });

  it('keeps a unique job in progress whose claim cannot be released, because another job waits under it', async () => {
    const claim = `${ns.keys.prefix}unique:n`;
    await ns.redis.set(ns.keys.queue('n'), 'no list');
    await ns.redis.set(claim, '{"name":"n","id":"waiting"}');
    await ns.redis.lpush(ns.keys.inProgress('n', POOL), 'raw');
    const scripts = new Scripts(ns.keys, new FakeClock(NOW));
    const freed = { uniqueKey: claim, jobId: 'running' };
    const job = { jobName: 'n', raw: 'raw', move: { to: 'nowhere', freed } } as const;
    const settled = await ns.connection.call(scripts.running.settle(POOL, [job]));
    expect(settled).toMatchObject({ lost: [], refused: [0] });
    expect(await ns.redis.lrange(ns.keys.inProgress('n', POOL), 0, -1)).toEqual(['raw']);
    expect(await ns.redis.get(claim)).toContain('waiting');
  });
});
