import { describe, expect, it } from '@jest/globals';
import type { Explanation, Reason } from './api';
import { actOf, gist, pageOf } from './explained';

const NOW = 1_000;

function explanation(members: Partial<Explanation>): Explanation {
  return {
    ...{ id: 'a', jobName: 'n', state: 'queued', verdict: 'none', reasons: [] },
    ...{ position: undefined, startsAt: undefined },
    ...members,
  };
}

function reason(code: string, by: Reason['by'] = []): Reason {
  return { code, text: '', remedy: '', by, since: undefined, until: undefined, error: undefined };
}

describe('the gist of an explanation', () => {
  it.each<[Partial<Explanation>, string]>([
    [{}, 'Nothing holds it back. It starts with the next fetch.'],
    [{ state: 'empty' }, 'No job waits, and nothing would hold one back.'],
    [{ verdict: 'waiting' }, 'It starts without help.'],
    [
      { verdict: 'waiting', position: 1_500, startsAt: NOW + 90 },
      'It starts without help. It is number 1,500 in its queue. Expected in 1 min 30 s.',
    ],
    [
      { verdict: 'blocked', position: 1 },
      'It does not start before somebody acts. It is next in its queue.',
    ],
    [{ verdict: 'waiting', startsAt: NOW - 5 }, 'It starts without help.'],
    [{ verdict: 'blocked' }, 'It does not start before somebody acts.'],
    [{ verdict: 'running' }, 'It is in progress.'],
    [{ verdict: 'over', state: 'dead' }, 'It does not run, unless somebody enqueues it again.'],
    [{ verdict: 'over', state: 'notFound' }, 'It waits nowhere and runs nowhere.'],
  ])('of %j is "%s"', (members, text) => {
    expect(gist(explanation(members), NOW)).toBe(text);
  });
});

describe('the act that removes a reason', () => {
  it.each([
    ['paused', 'resume'],
    ['scheduledUntil', 'runNow'],
    ['retryUntil', 'runNow'],
    ['dead', 'retry'],
    ['queuePosition', undefined],
  ])('of %s is %s', (code, act) => {
    expect(actOf(reason(code))).toBe(act);
  });

  it('raises a limit that jobs fill, and repairs one that a pool fills without a job', () => {
    const job = { poolId: 'p', jobId: 'a' };
    expect(actOf(reason('atLimit', [job]))).toBe('raise');
    expect(actOf(reason('atLimit', [job, { poolId: 'p' }]))).toBe('repair');
  });
});

it('knows the page on which a reason can be looked at', () => {
  expect(pageOf(reason('noLivePool'))).toEqual(['Pools', { page: 'pools' }]);
  expect(pageOf(reason('queuePosition'))).toBeUndefined();
});
