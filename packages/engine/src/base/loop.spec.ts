import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { every, jittered, Loop, paced } from './loop.js';
import { eventually } from '../../../../test/support/eventually.js';

function loopOf(round: () => Promise<number>, errors: unknown[] = []): Loop {
  return new Loop({ round, afterError: 1, onError: (error) => errors.push(error) });
}

/** How long it takes. Timers may come a little early, so a wait of two milliseconds is at least one. */
async function milliseconds(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('Loop', () => {
  it('repeats its round until stopped', async () => {
    let rounds = 0;
    const loop = loopOf(async () => (rounds++, Promise.resolve(1)));
    loop.start();
    loop.start();
    await eventually(() => expect(rounds).toBeGreaterThan(3));
    await loop.stop();
    const atStop = rounds;
    await sleep(10);
    expect(rounds).toBe(atStop);
  });

  it('goes on after a round that throws', async () => {
    const errors: unknown[] = [];
    const loop = loopOf(() => Promise.reject(new Error('boom')), errors);
    loop.start();
    await eventually(() => expect(errors.length).toBeGreaterThan(1));
    await loop.stop();
  });

  it('runs another round at once when poked, even during a round', async () => {
    let rounds = 0;
    const loop = loopOf(() => {
      if (++rounds === 1) loop.poke();
      return Promise.resolve(1_000_000);
    });
    loop.start();
    await eventually(() => expect(rounds).toBe(2));
    loop.poke();
    await eventually(() => expect(rounds).toBe(3));
    await loop.stop();
  });

  it('stops during its sleep, twice, and before it has started', async () => {
    const loop = loopOf(() => Promise.resolve(1_000_000));
    loop.start();
    await Promise.all([loop.stop(), loop.stop()]);
    const never = loopOf(() => Promise.reject(new Error('ran')));
    await never.stop();
    never.start();
    await never.stop();
  });

  it('resolves stop when the round in flight has ended', async () => {
    let ended = false;
    const loop = loopOf(async () => {
      await sleep(20);
      ended = true;
      return 1;
    });
    loop.start();
    await loop.stop();
    expect(ended).toBe(true);
  });

  it.each([NaN, Infinity, -Infinity, -5, 0, 2 ** 31, 1e300])(
    'leaves the process time when a round asks for a wait of %p',
    async (wait) => {
      let rounds = 0;
      const loop = loopOf(() => Promise.resolve((rounds++, wait)));
      loop.start();
      const most = await milliseconds(sleep(60));
      expect(rounds).toBeLessThanOrEqual(most);
      await loop.stop();
      expect(rounds).toBeGreaterThan(0);
    },
  );

  it('leaves the process time when it is poked without end', async () => {
    let rounds = 0;
    const loop = loopOf(() => {
      rounds++;
      loop.poke();
      return Promise.resolve(1_000);
    });
    loop.start();
    const most = await milliseconds(sleep(60));
    expect(rounds).toBeLessThanOrEqual(most);
    await loop.stop();
  });
});

describe('every()', () => {
  it('acts again and again, and after an error once more', async () => {
    const errors: unknown[] = [];
    let acts = 0;
    const act = (): Promise<void> =>
      ++acts === 2 ? Promise.reject(new Error('boom')) : Promise.resolve();
    const loop = every(() => 1, act, { afterError: 1, onError: (error) => errors.push(error) });
    loop.start();
    await eventually(() => expect(acts).toBeGreaterThan(3));
    await loop.stop();
    expect(errors).toEqual([new Error('boom')]);
  });
});

describe('paced()', () => {
  it('waits as long as the actor says, and tells it when the loop stops', async () => {
    const signals: AbortSignal[] = [];
    const tick = (signal: AbortSignal): Promise<number> => Promise.resolve(signals.push(signal));
    const loop = paced({ tick, spacing: 3 }, { afterError: 1, onError: () => undefined });
    loop.start();
    await eventually(() => expect(signals.length).toBeGreaterThan(2));
    expect(signals[0]?.aborted).toBe(false);
    await loop.stop();
    expect(signals[0]?.aborted).toBe(true);
  });
});

it('jittered() pauses lie within a quarter of the interval', () => {
  const pause = jittered(1_000);
  for (let i = 0; i < 100; i++) {
    expect(pause()).toBeGreaterThanOrEqual(750);
    expect(pause()).toBeLessThan(1_250);
  }
});
