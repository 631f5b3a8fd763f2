import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Dispatcher } from './dispatcher.js';
import type { Fetcher } from './fetcher.js';
import type { FinishedJob } from '../run/finished-job.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Reply, Request } from '../redis/reply.js';
import type { Settler } from './settler.js';

/** A round trip that was sent: what it settles and fetches, and how it is answered. */
interface Round {
  readonly jobs: readonly string[];
  /** On the clock of `performance.now`. */
  readonly sentAt: number;
  readonly answer: (error?: Error) => void;
}

let rounds: Round[];
/** Whether there are workers to fetch for. */
let areIdle: boolean;
let isUp: boolean;
let errors: unknown[];
let dispatcher: Dispatcher;
let stopped: Promise<boolean> | undefined;

beforeEach(() => {
  rounds = [];
  areIdle = false;
  isUp = true;
  errors = [];
  stopped = undefined;
  dispatcher = aDispatcher();
  dispatcher.start();
});

afterEach(async () => {
  stopped ??= dispatcher.stop(0);
  for (const { answer } of rounds) answer();
  await stopped;
});

const CARRIED = 2;

/**
 * With a Redis that answers when the test says so, rounds that settle two jobs, of which those named "back…" are put back,
 * and a fetcher whose requests are seen as "fetch".
 */
function aDispatcher(): Dispatcher {
  let finished: string[] = [];
  let unconfirmed: string[] = [];
  const isPutBack = (jobName: string): boolean => jobName.startsWith('back');
  const settler = {
    add: ({ jobName }: FinishedJob) => {
      finished.push(jobName);
      unconfirmed.push(jobName);
    },
    get unsettled() {
      return finished;
    },
    get isDue() {
      return finished.length > 0;
    },
    get isPuttingBack() {
      return unconfirmed.some(isPutBack);
    },
    get hasToPutBack() {
      return finished.some(isPutBack);
    },
    requests(): Request[] {
      const jobs = finished.splice(0, CARRIED);
      if (jobs.length === 0) return [];
      const onReply = (reply: Reply | undefined): void => {
        if (reply && 'error' in reply) {
          finished = [...jobs, ...finished];
          throw reply.error;
        }
        unconfirmed = unconfirmed.filter((jobName) => !jobs.includes(jobName));
      };
      return [{ call: jobs as never, onReply }];
    },
  };
  const fetcher = {
    get isDue() {
      return areIdle;
    },
    requests(): Request[] {
      if (!areIdle) return [];
      areIdle = false;
      return [{ call: ['fetch'] as never, onReply: () => undefined }];
    },
    ...{ age: undefined, poll: 60_000 },
    ...{ start: () => undefined, stop: () => undefined, refresh: () => undefined },
  };
  const connection = {
    get isUp() {
      return isUp;
    },
    ready: () => Promise.resolve(),
    run: (...calls: (readonly string[])[]) =>
      new Promise((resolve) =>
        rounds.push({
          jobs: calls.flat(),
          sentAt: performance.now(),
          answer: (error) => resolve(calls.map(() => (error ? { error } : { value: [] }))),
        }),
      ),
  };
  return new Dispatcher({
    connection: connection as unknown as RedisConnection,
    settler: settler as unknown as Settler,
    fetcher: fetcher as unknown as Fetcher,
    onError: (error) => errors.push(error),
  });
}

function settle(...jobNames: string[]): void {
  for (const jobName of jobNames) dispatcher.settle({ jobName } as FinishedJob);
}

/** Long enough for whatever is due to set out. */
async function aFewTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

const sent = (): (readonly string[])[] => rounds.map(({ jobs }) => jobs);

describe('a dispatcher', () => {
  it('settles jobs that end in the same turn of the event loop in one round', async () => {
    settle('a');
    await Promise.resolve();
    settle('b');
    await aFewTurns();
    expect(sent()).toEqual([['a', 'b']]);
  });

  it('has a second round set out while one is under way, and a third when one of them has ended', async () => {
    for (const jobName of ['a', 'b', 'c', 'd']) {
      settle(jobName);
      await aFewTurns();
    }
    expect(sent()).toEqual([['a'], ['b']]);
    rounds[0]?.answer();
    await aFewTurns();
    expect(sent()).toEqual([['a'], ['b'], ['c', 'd']]);
  });

  it('starts a second round with jobs that do not fit into the first', async () => {
    settle('a', 'b', 'c');
    await aFewTurns();
    expect(sent()).toEqual([['a', 'b'], ['c']]);
  });

  it('has no second round set out while the connection is lost', async () => {
    settle('a');
    await aFewTurns();
    isUp = false;
    settle('b');
    await aFewTurns();
    expect(sent()).toEqual([['a']]);
    rounds[0]?.answer(new Error('lost'));
    isUp = true;
    await eventually(() => expect(sent()).toEqual([['a'], ['a', 'b']]));
  });

  it('fetches nothing before all jobs are put back that are to be, nor beside a round that does: it would overtake them', async () => {
    areIdle = true;
    settle('a', 'back 1', 'back 2', 'back 3');
    await aFewTurns();
    expect(sent()).toEqual([['a', 'back 1']]);
    rounds[0]?.answer(new Error('lost'));
    await eventually(() => expect(sent()).toHaveLength(2));
    for (let round = 1; round < 3; round++) {
      await aFewTurns();
      rounds[round]?.answer();
      await aFewTurns();
    }
    expect(sent().slice(1)).toEqual([
      ['a', 'back 1'],
      ['back 2', 'back 3', 'fetch'],
    ]);
  });

  it('runs exclusive work between rounds, and holds rounds back meanwhile', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    settle('a');
    await aFewTurns();
    settle('b');
    await aFewTurns();
    const first = dispatcher.between(async () => {
      seen.push('first');
      await gate.opened;
    });
    const second = dispatcher.between(() => void seen.push('second'));
    settle('c');
    rounds[0]?.answer();
    await aFewTurns();
    expect(seen).toEqual([]);
    rounds[1]?.answer();
    await aFewTurns();
    expect(seen).toEqual(['first']);
    expect(sent()).toEqual([['a'], ['b']]);
    gate.open();
    await Promise.all([first, second]);
    expect(seen).toEqual(['first', 'second']);
    await aFewTurns();
    expect(sent()).toEqual([['a'], ['b'], ['c']]);
  });

  it('goes on after work between rounds that has failed, whose caller hears of it', async () => {
    await expect(
      dispatcher.between(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    settle('a');
    await aFewTurns();
    expect(sent()).toEqual([['a']]);
  });

  it('reports a failed round, and settles its jobs again after a pause', async () => {
    settle('a');
    await aFewTurns();
    rounds[0]?.answer(new Error('lost'));
    await aFewTurns();
    expect(sent()).toEqual([['a']]);
    await eventually(() => expect(sent()).toEqual([['a'], ['a']]));
    expect(errors).toEqual([new Error('lost')]);
  });

  it('waits, when two rounds have failed, until the longer pause is over', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(1);
    settle('a');
    await aFewTurns();
    settle('b');
    await aFewTurns();
    const failedAt = performance.now();
    for (const { answer } of rounds) answer(new Error('lost'));
    await eventually(() => expect(sent()).toHaveLength(3));
    expect((rounds[2]?.sentAt ?? 0) - failedAt).toBeGreaterThan(19); // of 10 and 20 ms
    expect(new Set(sent()[2])).toEqual(new Set(['a', 'b']));
    random.mockRestore();
  });

  it('ends once all jobs are settled, including those of rounds under way', async () => {
    settle('a');
    await aFewTurns();
    settle('b');
    stopped = dispatcher.stop(60_000);
    let hasEnded = false;
    void stopped.then(() => (hasEnded = true));
    await aFewTurns();
    rounds[1]?.answer();
    await aFewTurns();
    expect(hasEnded).toBe(false);
    rounds[0]?.answer();
    expect(await stopped).toBe(true);
    expect(sent()).toEqual([['a'], ['b']]);
  });

  it('ends after its timeout, and reports that jobs were not settled', async () => {
    settle('a');
    await aFewTurns();
    stopped = dispatcher.stop(5);
    rounds[0]?.answer(new Error('lost'));
    expect(await stopped).toBe(false);
    expect(dispatcher.unsettled).toEqual(['a']);
  });
});
