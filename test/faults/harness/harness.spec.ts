import { describe, expect, it } from '@jest/globals';
import type { EventFacts, EventKind, LoggedEvent } from './event-writer.mjs';
import { planFaults } from './fault-schedule.js';
import {
  argumentsIntact,
  atRest,
  breaches,
  duplicates,
  duplicatesExplained,
  locksExact,
  neverAbove,
  noGrowth,
  nothingLost,
  nothingUnasked,
  recoveryTimes,
} from './invariants.js';
import type { Place, RedisState } from './redis-state.js';
import { Scene } from './scene.js';

const EMPTY: RedisState = { jobs: [], locks: [], keys: 1, lastingKeys: 1, clients: 1 };

function event(t: number, ev: EventKind, facts: EventFacts & { pid?: number } = {}): LoggedEvent {
  return { t, ev, pid: 1, ...facts };
}

/** The events of a job that is enqueued and run. */
function ran(ref: string, from: number, to: number, pid = 1): LoggedEvent[] {
  const facts = { ref, name: 'n', pid, digest: 'same' };
  return [event(from, 'ok', facts), event(from, 'start', facts), event(to, 'end', facts)];
}

function holding(...jobs: readonly [ref: string, place: Place][]): RedisState {
  const present = jobs.map(([ref, place]) => ({ ref, place, id: ref, name: 'n', raw: ref }));
  return { ...EMPTY, jobs: present };
}

describe('the invariants', () => {
  it('are content with jobs that have run, wait or are dead', () => {
    const events = [...ran('a', 0, 1), event(2, 'ok', { ref: 'b' }), event(2, 'ok', { ref: 'c' })];
    expect(breaches({ events, state: holding(['b', 'waiting'], ['c', 'dead']) })).toEqual([]);
  });

  it('I1 finds what is nowhere, and what is in two places', () => {
    const events = [event(0, 'ok', { ref: 'a' }), event(0, 'ok', { ref: 'b' })];
    expect(nothingLost({ events, state: holding(['b', 'waiting'], ['b', 'inProgress']) })).toEqual([
      { invariant: 'I1', what: 'lost', ids: ['a'] },
      { invariant: 'I1', what: 'in more than one place', ids: ['b'] },
    ]);
  });

  it('I1 excuses what was cancelled, what may not exist, and what a job with its key has replaced', () => {
    const events = [
      event(0, 'ok', { ref: 'a' }),
      event(1, 'cancelled', { ref: 'a' }),
      event(2, 'unknown', { ref: 'b' }),
      event(3, 'ok', { ref: 'c', key: 'k' }),
      event(4, 'ok', { ref: 'd', key: 'k' }),
      event(5, 'end', { ref: 'd' }),
    ];
    expect(nothingLost({ events, state: EMPTY })).toEqual([]);
  });

  it('I2 asks for a fault that explains each run too many', () => {
    const twice = [...ran('a', 0, 10), ...ran('a', 20, 30)];
    expect(duplicatesExplained({ events: twice })).toMatchObject([{ invariant: 'I2', ids: ['a'] }]);
    const fault = [event(5, 'fault', { fault: 'kill' }), event(6, 'healed', { fault: 'kill' })];
    expect(duplicatesExplained({ events: [...fault, ...twice] })).toEqual([]);
    expect(duplicates({ events: [...fault, ...twice] })).toEqual([
      { ref: 'a', at: 20, cause: 'kill' },
    ]);
  });

  it('I2 knows a retry, and the run of a process that died', () => {
    const facts = { ref: 'a', name: 'n' };
    const retried = [event(0, 'start', facts), event(1, 'fail', facts), event(2, 'start', facts)];
    expect(duplicates({ events: retried })).toEqual([]);
    const died = [
      event(0, 'start', facts),
      event(1, 'died', { victim: 1 }),
      event(2, 'start', { ...facts, pid: 2 }),
    ];
    expect(duplicates({ events: died })).toMatchObject([{ ref: 'a', cause: undefined }]);
  });

  it('I3 finds what was refused and runs all the same', () => {
    const events = [event(0, 'rejected', { ref: 'a' }), event(1, 'start', { ref: 'a' })];
    expect(nothingUnasked({ events })).toMatchObject([{ invariant: 'I3', ids: ['a'] }]);
  });

  it('I4 finds what is in progress, or back, after the end', () => {
    const state = holding(['a', 'waiting'], ['b', 'inProgress']);
    expect(atRest({ events: ran('a', 0, 1), state })).toMatchObject([
      { what: 'still in progress', ids: ['b'] },
      { what: 'done, and still there', ids: ['a'] },
    ]);
  });

  it('I5 finds locks that are wrong, and more runs at once than a limit allows', () => {
    const locks = [{ name: 'n', lock: -2, shares: -2, inProgress: 0 }];
    expect(locksExact({ state: { ...EMPTY, locks } })).toMatchObject([{ ids: ['n'] }]);
    const events = [...ran('a', 0, 10), ...ran('b', 1, 9), ...ran('c', 11, 12)];
    expect(neverAbove('n', 1, { events })).toMatchObject([{ ids: ['b'] }]);
    expect(neverAbove('n', 2, { events })).toEqual([]);
  });

  it('I6 takes the time from the end of a fault to the next start', () => {
    const events = [
      event(0, 'fault', { fault: 'down' }),
      event(10, 'healed', { fault: 'down' }),
      ...ran('a', 25, 30),
    ];
    expect(recoveryTimes({ events })).toEqual([{ fault: 'down', after: 15 }]);
  });

  it('I7 finds errors that nobody caught, and growth', () => {
    const events = [event(0, 'error', { text: 'boom' })];
    expect(noGrowth(EMPTY, { events, state: { ...EMPTY, lastingKeys: 5 } })).toMatchObject([
      { ids: ['boom'] },
      { what: 'lastingKeys grew from 1 to 5' },
    ]);
  });

  it('I8 finds arguments that have changed between two runs', () => {
    const events = [
      event(0, 'start', { ref: 'a', digest: '1' }),
      event(1, 'fail', { ref: 'a' }),
      event(2, 'start', { ref: 'a', digest: '2' }),
    ];
    expect(argumentsIntact({ events })).toMatchObject([{ invariant: 'I8', ids: ['a'] }]);
  });
});

it('a schedule of faults repeats with its seed, and holds every fault before any comes again', () => {
  const options = { faults: { a: 10, b: 20, c: 30 }, duration: 500, calm: [5, 50] } as const;
  const faults = planFaults({ seed: 7, ...options });
  expect(planFaults({ seed: 7, ...options })).toEqual(faults);
  expect(planFaults({ seed: 8, ...options })).not.toEqual(faults);
  expect(new Set(faults.slice(0, 3).map(({ fault }) => fault)).size).toBe(3);
});

it('a scene runs workers and producers, and reads the state of Redis', async () => {
  await using scene = await Scene.start();
  const before = await scene.state();
  const worker = await scene.readyWorker();
  await scene.enqueue('work', { failures: 1 });
  const producer = scene.producer({ rate: 100, seed: 1, kinds: ['plain', 'many'] });
  await producer.logged('ok');
  producer.terminate();
  await producer.exited();
  await scene.quiet();
  worker.terminate();
  await worker.logged('stop');
  await worker.exited();
  expect(await scene.breaches()).toEqual([]);
  expect(noGrowth(before, await scene.evidence(), 20)).toEqual([]);
}, 20_000);
