import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Fetcher } from './fetcher.js';
import { type Demand } from '../run/demand.js';
import { PrioritySampler } from './priority-sampler.js';
import type { Request } from '../redis/reply.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Fetched, FetchedEntry, FetchParams } from '../scripts/fetching.js';
import { seededRandom } from '../testing/seeded-random.js';
import { performance } from '../base/timers.js';

/** A fetch that was sent. */
interface Fetch {
  readonly jobNames: readonly string[];
  readonly wanted: number;
  readonly ahead: number;
  readonly watch: boolean;
  readonly answer: (found?: number, atLimit?: readonly string[]) => void;
  readonly fail: () => void;
}

let demand: Demand;
let isWatching: boolean;
let fetcher: Fetcher;

beforeEach(() => {
  demand = { now: 10, ahead: 0 };
  isWatching = true;
  fetcher = aFetcher({}, 'a', 'b', 'c');
  fetcher.start();
});

function aFetcher(options: { safetyPoll?: number }, ...jobNames: string[]): Fetcher {
  const types = jobNames.map((name) => ({ name, priority: 1 }));
  return new Fetcher({
    poolId: 'pool',
    scripts: {
      running: {
        fetch: (params: FetchParams) => ({ ...params, decode: (r: unknown) => r }),
        move: () => ({ decode: (r: unknown) => r }),
      },
      queues: { rebuild: () => ({ decode: (r: unknown) => r }) },
    } as unknown as Scripts,
    sampler: new PrioritySampler(types, seededRandom(1)),
    uniqueUntil: () => 'started',
    onError: (error) => {
      throw error;
    },
    demand: () => demand,
    mayPrefetch: () => true,
    isWatching: () => isWatching,
    onFetched: () => undefined,
    onUnfit: () => undefined,
    onLocksWrong: () => undefined,
    onDry: () => undefined,
    ...options,
  });
}

/** The fetch that the next round sends; `undefined` if it sends none. */
function next(): Fetch | undefined {
  const [request] = fetcher.requests();
  return request && asFetch(request);
}

function asFetch({ call, onReply }: Request): Fetch {
  const { jobNames, wanted, ahead, watch } = call as unknown as FetchParams;
  const reply = (found: number, atLimit: readonly string[]): Fetched => ({
    entries: Array.from({ length: found }, (): FetchedEntry => ({ jobName: 'a', raw: '{}' })),
    atLimit: new Set(atLimit),
    isCut: false,
    refusals: [],
    open: { waiting: new Map(), ahead: false },
  });
  return {
    ...{ jobNames: [...jobNames].sort(), wanted, ahead: ahead?.wanted ?? 0, watch },
    answer: (found = 0, atLimit = []) => onReply({ value: reply(found, atLimit) }),
    fail: () => expect(() => onReply({ error: new Error('lost') })).toThrow('lost'),
  };
}

/** Two fetches in vain, the second of which is watched. */
function fallAsleep(): void {
  next()?.answer();
  next()?.answer();
  expect(fetcher.isDue).toBe(false);
}

describe('a fetcher', () => {
  it('checks all queues at first, and sleeps after a watched fetch that found nothing', () => {
    const first = next();
    expect(first).toMatchObject({ jobNames: ['a', 'b', 'c'], watch: false });
    first?.answer();
    expect(fetcher.isDue).toBe(true);
    const second = next();
    expect(second).toMatchObject({ jobNames: ['a', 'b', 'c'], watch: true });
    second?.answer();
    expect(fetcher.isDue).toBe(false);
    expect(next()).toBeUndefined();
  });

  it('looks only into the queues about which something has changed', () => {
    fallAsleep();
    fetcher.refresh(['b']);
    expect(fetcher.isDue).toBe(true);
    const found = next();
    expect(found).toMatchObject({ jobNames: ['b'], watch: true });
    found?.answer(1);
    const inVain = next();
    expect(inVain).toMatchObject({ jobNames: ['b'], watch: true });
    inVain?.answer();
    expect(fetcher.isDue).toBe(false);
  });

  it('looks into all of them when it is woken without a name, as by the safety poll', () => {
    fallAsleep();
    fetcher.wake();
    expect(next()?.jobNames).toEqual(['a', 'b', 'c']);
  });

  it('has names watched anew only where something may have changed since', () => {
    fallAsleep();
    fetcher.wake();
    const poll = next();
    expect(poll).toMatchObject({ jobNames: ['a', 'b', 'c'], watch: false });
    poll?.answer();
    expect(fetcher.isDue).toBe(false);
    fetcher.refresh(['c']);
    const look = next();
    expect(look).toMatchObject({ jobNames: ['c'], watch: true });
    look?.fail();
    expect(next()).toMatchObject({ jobNames: ['c'], watch: true });
  });

  it('does not miss a change that it hears of before the reply of a look that did not see it', () => {
    next()?.answer();
    const look = next();
    fetcher.refresh(['c']);
    look?.answer();
    expect(fetcher.isDue).toBe(true);
    expect(next()).toMatchObject({ jobNames: ['c'], watch: true });
  });

  it('looks again after a look whose reply was lost', () => {
    next()?.answer();
    next()?.fail();
    expect(fetcher.isDue).toBe(true);
    expect(next()?.jobNames).toEqual(['a', 'b', 'c']);
  });

  it('looks again for a name whose limit kept jobs back while its lock was not watched', () => {
    next()?.answer();
    next()?.answer(0, ['b']);
    expect(fetcher.isDue).toBe(true);
    const look = next();
    expect(look).toMatchObject({ jobNames: ['b'], watch: true });
    look?.answer(0, ['b']);
    expect(fetcher.isDue).toBe(false);
  });

  it('looks with every round for a name whose limit kept jobs back: the round may settle one of them', () => {
    next()?.answer();
    next()?.answer(0, ['b']);
    next()?.answer(0, ['b']);
    const look = next();
    expect(look?.jobNames).toEqual(['b']);
    look?.answer(1);
    next()?.answer();
    expect(next()).toBeUndefined();
  });

  it('sleeps until the poll without tracking', () => {
    isWatching = false;
    next()?.answer();
    expect(fetcher.isDue).toBe(false);
    fetcher.wake();
    expect(next()).toMatchObject({ jobNames: ['a', 'b', 'c'], watch: false });
  });

  it('checks all queues in every round without tracking: busy queues must not hide the others', () => {
    isWatching = false;
    next()?.answer(0, ['b']);
    next()?.answer(1);
    expect(next()?.jobNames).toEqual(['a', 'b', 'c']);
  });

  it('looks into all queues after the time of the safety poll, however busy some of them are', async () => {
    fetcher = aFetcher({ safetyPoll: 20 }, 'a', 'b', 'c');
    fallAsleep();
    await eventually(() => {
      fetcher.refresh(['b']);
      const look = next();
      look?.answer(1);
      expect(look?.jobNames).toEqual(['a', 'b', 'c']);
    });
  });

  it('fetches beside another fetch only while more jobs wait than it asked for', () => {
    const first = next();
    expect(fetcher.isDue).toBe(false);
    first?.answer(10);
    demand = { now: 3, ahead: 20 };
    expect(next()).toMatchObject({ wanted: 3, ahead: 20 });
    expect(fetcher.isDue).toBe(false);
    demand = { now: 4, ahead: 30 };
    expect(next()).toMatchObject({ wanted: 0, ahead: 11 });
    demand = { now: 40, ahead: 30 };
    const last = next();
    expect(last).toMatchObject({ wanted: 6, ahead: 30 });
    last?.answer(5);
    expect(fetcher.isDue).toBe(false);
  });

  it('lets no name sleep beside moves of long jobs: the script may have looked for nothing', () => {
    const reply = (waiting: number, ...entries: FetchedEntry[]): Fetched => ({
      entries,
      ...{ atLimit: new Set(), isCut: false, refusals: [] },
      open: { waiting: new Map([['a', waiting]]), ahead: false },
    });
    const round = (fetched: Fetched): FetchParams => {
      const requests = fetcher.requests();
      const look = requests.at(-1);
      for (const { onReply } of requests.slice(0, -1)) onReply({ value: undefined }); // others took the jobs
      look?.onReply({ value: fetched });
      return look?.call as unknown as FetchParams;
    };
    round(reply(5, { jobName: 'a', raw: 'x'.repeat(20_000) }));
    round(reply(5));
    expect(round(reply(0)).watch).toBe(false);
    expect(fetcher.isDue).toBe(true);
    expect(round(reply(0)).watch).toBe(true);
    expect(fetcher.isDue).toBe(false);
  });

  it('fetches no more once it has been stopped', () => {
    fetcher.stop();
    expect(fetcher.isDue).toBe(false);
    expect(next()).toBeUndefined();
  });

  it('that a small tracking table wakes without end looks ten times a second', () => {
    const start = performance.now() + 1_000;
    const uptime = jest.spyOn(performance, 'now');
    try {
      let looks = 0;
      for (let now = 0; now <= 10_000; now += 2) {
        uptime.mockReturnValue(start + now);
        fetcher.refresh(['a']);
        if (!fetcher.isDue) continue;
        next()?.answer();
        looks++;
      }
      expect(looks).toBeLessThan(200);
      expect(looks).toBeGreaterThan(50);
      fetcher.refresh(['a']);
      expect(fetcher.poll).toBeLessThanOrEqual(100);
      uptime.mockReturnValue(start + 10_200);
      expect(fetcher.isDue).toBe(true);
      next()?.answer(10);
      for (let i = 0; i < 10; i++) {
        fetcher.refresh(['a']);
        expect(fetcher.isDue).toBe(true);
        next()?.answer();
      }
    } finally {
      uptime.mockRestore();
    }
  });
});
