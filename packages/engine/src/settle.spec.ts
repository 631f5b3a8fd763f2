import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ATTEMPTS } from './attempt.js';
import { Scripts } from './redis/scripts.js';
import type { Settlement } from './redis/scripts/running-scripts.js';
import { FakeClock } from './testing/fake-clock.js';
import { TestNamespace } from './testing/test-redis.js';

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

async function scoreIn(set: 'retry' | 'scheduled'): Promise<number> {
  return Number(await ns.redis.zscore(ns.keys[set], 'new'));
}

describe('settling jobs', () => {
  it.each([
    ['retry', 0, NOW],
    ['retry', 1, NOW + 2],
    ['scheduled', 0, NOW + 1],
    ['scheduled', 1, NOW + 2],
  ] as const)('puts a job into %s after %i s at %i', async (to, delay, at) => {
    await settle({ move: { to, entry: 'new', delay } });
    expect(await scoreIn(to)).toBe(at);
  });

  it('remembers the latest attempts only, and for a while', async () => {
    for (let text = 1; text <= ATTEMPTS.most + 2; text++) {
      const note = { kind: 'attempt', jobId: 'id', text: String(text) } as const;
      await settle({ move: { to: 'nowhere' }, notes: [note] });
    }
    const attempts = await ns.redis.lrange(ns.keys.attempts('id'), 0, -1);
    expect(attempts.map(Number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(await ns.redis.pttl(ns.keys.attempts('id'))).toBeGreaterThan(ATTEMPTS.keep - 60_000);
  });

  it('settles a job whose attempt cannot be remembered', async () => {
    await ns.redis.set(ns.keys.attempts('id'), 'no list');
    const note = { kind: 'attempt', jobId: 'id', text: 'text' } as const;
    await settle({ move: { to: 'retry', entry: 'new', delay: 0 }, notes: [note] });
    expect(await scoreIn('retry')).toBe(NOW);
    expect(await ns.redis.llen(ns.keys.inProgress('n', POOL))).toBe(0);
  });
});
