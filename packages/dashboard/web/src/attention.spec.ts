import { describe, expect, it } from '@jest/globals';
import type { Pool, Queue, Snapshot } from './api';
import { whatNeedsAttention } from './attention';

const QUEUE: Queue = {
  ...{ jobName: 'charge', count: 0, latency: 0, inProgress: 0, maxConcurrency: 0 },
  ...{ paused: false, pausedUntil: undefined, pools: 1 },
};
const POOL: Pool = {
  ...{ workerPoolId: 'p', nameList: 0, concurrency: 1, host: 'h', pid: 1, engine: 'nestcraft' },
  ...{ busy: 0, startedAt: 0, heartbeatAt: 1_000 },
};

function textsOf({ queues = [QUEUE], pools = [POOL] }: Partial<Snapshot>): string[] {
  const snapshot: Snapshot = {
    ...{ time: 0, counts: { scheduled: 0, retry: 0, dead: 0 }, nameLists: [], running: [] },
    ...{ busy: 0, bulkTasks: [], stalls: [], stalling: 0, queues, pools },
  };
  const known = { rates: undefined, metrics: undefined, health: undefined };
  return whatNeedsAttention({ snapshot, ...known, now: 1_000 }).map(({ text }) => text);
}

describe('the list of problems', () => {
  it('is nothing where all is well', () => {
    expect(textsOf({})).toEqual([]);
  });

  it('says that no pool runs the jobs, in singular and plural', () => {
    expect(textsOf({ queues: [{ ...QUEUE, count: 1, pools: 0 }] })).toEqual([
      '1 job waiting, and no pool runs it',
    ]);
    expect(textsOf({ queues: [{ ...QUEUE, count: 2, pools: 0 }] })).toEqual([
      '2 jobs waiting, and no pool runs them',
    ]);
  });

  it('is that no pool is alive, even if nothing waits', () => {
    expect(textsOf({ pools: [] })).toEqual(['no worker pool is alive, so no job runs']);
  });

  it('is a pool without a heartbeat', () => {
    expect(textsOf({ pools: [{ ...POOL, heartbeatAt: 980 }] })).toEqual(['no heartbeat for 20 s']);
  });
});
