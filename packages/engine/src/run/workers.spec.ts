import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import type { FinishedJob } from './finished-job.js';
import { Finisher } from './finisher.js';
import { newEntry } from '../job/job-entry.js';
import { jobType } from '../job/job-type.js';
import { Prefetch } from './prefetch.js';
import { Keys } from '../redis/keys.js';
import type { FetchedEntry } from '../scripts/fetching.js';
import { Worker } from './worker.js';
import { Workers } from './workers.js';

let begun: string[];
let finished: FinishedJob[];
let overdue: number;
let gate: Gate;
/** Of jobs that are named "limited", and that may take five milliseconds. */
let limited: Gate;
/** Milliseconds. */
let elapsed: number;

beforeEach(() => {
  begun = [];
  finished = [];
  overdue = 0;
  elapsed = 0;
  gate = new Gate();
  limited = new Gate();
});

afterEach(() => {
  gate.open();
  limited.open();
});

/** Workers whose jobs end when the gate opens, unless they are named "quick". */
function aCrew(concurrency: number): Workers<object> {
  const now = (): number => Date.now();
  const worker = (id: number): Worker<object> =>
    new Worker({
      id: String(id),
      context: () => ({}),
      now,
      elapsed: now,
      onCheckin: () => undefined,
    });
  const types = [
    jobType<object>('quick', {}, (job) => begun.push(job.id)),
    jobType<object>('slow', {}, async (job) => {
      begun.push(job.id);
      await gate.opened;
    }),
    jobType<object>('limited', { timeout: 5 }, async (job) => {
      begun.push(job.id);
      await limited.opened;
    }),
  ];
  return new Workers({
    workers: Array.from({ length: concurrency }, (_, i) => worker(i)),
    types: new Map(types.map((type) => [type.name, type])),
    finisher: new Finisher({
      ...{ keys: new Keys('test'), now, random: Math.random },
      ...{ mapError: (error) => error, mayHaveCarriers: false },
      onWarning: () => undefined,
    }),
    now,
    onStarted: () => undefined,
    onFinished: (job) => finished.push(job),
    prefetch: new Prefetch(),
    elapsed: () => elapsed,
    onOverdue: () => overdue++,
  });
}

function someJobs(jobName: string, ...ids: string[]): FetchedEntry[] {
  return ids.map((id) => ({
    jobName,
    raw: newEntry({ name: jobName, id, enqueuedAt: 1, argsText: 'null' }),
  }));
}

const idOf = ({ raw }: { readonly raw: unknown }): string =>
  (JSON.parse(String(raw)) as { id: string }).id;

describe('a job that runs', () => {
  it('is known as running until it has finished, at every moment: an audit may look at any', async () => {
    const workers = aCrew(1);
    workers.take(someJobs('quick', 'a'));
    const known: number[] = [];
    while (finished.length === 0) {
      known.push(workers.running.length);
      await Promise.resolve();
    }
    expect(workers.running).toEqual([]);
    expect(new Set(known)).toEqual(new Set([1]));
  });

  it('ends once: when its handler ends after its time was over, its worker goes on with the next', async () => {
    const workers = aCrew(1);
    workers.take([...someJobs('limited', 'a'), ...someJobs('slow', 'b')]);
    await eventually(() => expect(begun).toEqual(['a', 'b']));
    expect(finished.map((job) => [idOf(job), job.fate.kind])).toEqual([['a', 'retry']]);
    limited.open();
    await new Promise(setImmediate);
    expect(workers.running.map(({ entry }) => entry.id)).toEqual(['b']);
    gate.open();
    await eventually(() => expect(finished.map(idOf)).toEqual(['a', 'b']));
    expect(workers.busy).toBe(0);
  });
});

describe('jobs that were fetched ahead', () => {
  it('wait for a worker, are no running jobs, and begin in their order', async () => {
    const workers = aCrew(1);
    workers.take([...someJobs('slow', 'a'), ...someJobs('quick', 'b', 'c')]);
    workers.take(someJobs('quick', 'd'));
    expect(begun).toEqual(['a']);
    expect(workers.busy).toBe(1);
    expect(workers.prefetched.map(idOf)).toEqual(['b', 'c', 'd']);
    expect(workers.demand).toEqual({ now: 0, ahead: 0 });
    gate.open();
    await eventually(() => expect(finished.map(idOf)).toEqual(['a', 'b', 'c', 'd']));
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect(workers.prefetched).toEqual([]);
  });

  it('are given back when they have waited for too long, the last of them first, and none begins after that', async () => {
    const workers = aCrew(1);
    workers.take(someJobs('slow', 'a', 'b', 'c'));
    elapsed = 11;
    await eventually(() => expect(overdue).toBeGreaterThan(0));
    gate.open();
    await eventually(() => expect(finished.map(idOf)).toEqual(['a']));
    expect(begun).toEqual(['a']);
    workers.giveBackOverdue();
    expect(
      finished.slice(1).map(({ fate, move, ...job }) => [fate.kind, move.to, idOf(job)]),
    ).toEqual([
      ['putBack', 'queue', 'c'],
      ['putBack', 'queue', 'b'],
    ]);
  });

  it('are not given back as overdue while they have not waited for long', () => {
    const workers = aCrew(1);
    workers.take(someJobs('slow', 'a', 'b'));
    workers.giveBackOverdue();
    expect(finished).toEqual([]);
    expect(workers.prefetched.map(idOf)).toEqual(['b']);
  });

  it('do not begin in stopped workers; later jobs wait with them', async () => {
    const workers = aCrew(1);
    workers.take(someJobs('slow', 'a', 'b'));
    workers.stop();
    gate.open();
    await eventually(() => expect(finished.map(idOf)).toEqual(['a']));
    workers.take(someJobs('slow', 'c'));
    workers.giveBack();
    expect(begun).toEqual(['a']);
    expect(finished.map(idOf)).toEqual(['a', 'c', 'b']);
  });
});
