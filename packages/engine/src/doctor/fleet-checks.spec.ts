import { expect, it } from '@jest/globals';
import type { WorkerPoolHeartbeat } from '../stores/fleet.js';
import { findingsBy, type Finding } from './finding.js';
import { FLEET_CHECKS, type FleetFacts } from './fleet-checks.js';

const NOW = 1_700_000_000;

function aPool(given: Partial<WorkerPoolHeartbeat> & { age?: number } = {}): WorkerPoolHeartbeat {
  const { age = 2, ...rest } = given;
  return {
    ...{ workerPoolId: 'p1', jobNames: ['n'], concurrency: 1, host: 'web-1', pid: 7 },
    ...{ startedAt: new Date(0), heartbeatAt: new Date((NOW - age) * 1000) },
    ...{ workerIds: [], engine: 'nestcraft', schedules: [] },
    ...rest,
  };
}

function problems(given: Partial<FleetFacts>): Pick<Finding, 'code' | 'level' | 'text'>[] {
  const facts = { pools: [aPool()], queues: [], now: NOW, ...given };
  return findingsBy(FLEET_CHECKS, 'pools', facts)
    .filter(({ level }) => level !== 'ok')
    .map(({ code, level, text }) => ({ code, level, text }));
}

it('finds nothing in a healthy fleet, and without pools', () => {
  expect(problems({ queues: [{ jobName: 'n', count: 3 }] })).toEqual([]);
  expect(problems({ pools: [], queues: [{ jobName: 'n', count: 0 }] })).toEqual([]);
});

it('finds dead pools that no reaper has taken, once one had the time', () => {
  expect(problems({ pools: [aPool(), aPool({ workerPoolId: 'p2', age: 35 })] })).toEqual([]);
  expect(
    problems({ pools: [aPool(), aPool({ workerPoolId: 'p2', age: 60, host: 'web-2' })] }),
  ).toEqual([
    {
      code: 'deadPools',
      level: 'error',
      text: '1 pool without a beat is still registered: web-2 (7) for 60 s. The jobs in progress there wait for a reaper.',
    },
  ]);
});

it('finds a clock that is ahead', () => {
  expect(problems({ pools: [aPool(), aPool({ engine: 'gocraft', age: -15 })] })).toMatchObject([
    { code: 'poolClocks', level: 'warning', text: expect.stringContaining('web-1 (7) by 15 s') },
  ]);
});

it('finds names with jobs that no running pool handles', () => {
  const queues = [
    { jobName: 'n', count: 3 },
    { jobName: 'old', count: 1 },
  ];
  expect(problems({ queues })).toEqual([
    {
      code: 'unhandledNames',
      level: 'error',
      text: 'No running pool handles old (1 job): these jobs wait.',
    },
  ]);
  const pools = [aPool({ age: 11 })];
  expect(problems({ queues, pools })[0]?.text).toContain('n (3 jobs), old (1 job)');
});

it('finds schedules that nobody handles', () => {
  const [spec, overlap, missed] = ['* * * * *', 'allow', 'skip'] as const;
  const schedules = [{ id: 's', jobName: 'm', spec, overlap, missed }];
  expect(problems({ pools: [aPool({ schedules })] })).toMatchObject([
    { code: 'unhandledSchedules', level: 'warning', text: expect.stringContaining('"m"') },
  ]);
});

it('tells Go pools, the names that only they handle, and the names that they do not know', () => {
  const go = aPool({ workerPoolId: 'go', engine: 'gocraft', jobNames: ['n', 'resize'] });
  const [finding] = findingsBy(FLEET_CHECKS, 'pools', {
    pools: [aPool(), go],
    queues: [],
    now: NOW,
  }).filter(({ code }) => code === 'goPools');
  expect(finding).toMatchObject({
    level: 'ok',
    text: '1 pool of gocraft/work runs. Only they handle resize.',
    details: { names: ['resize'] },
  });
  const ignorant = aPool({ workerPoolId: 'go', engine: 'gocraft', jobNames: ['resize'] });
  expect(problems({ pools: [aPool(), ignorant] })).toMatchObject([
    { code: 'goPools', level: 'warning', text: expect.stringContaining('does not know "n"') },
  ]);
});
