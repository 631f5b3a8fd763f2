import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors/errors.js';
import { healthLimits, judge, type HealthFigures } from './pool-health.js';

const WELL: HealthFigures = {
  ...{ isReady: true, busy: 1, concurrency: 10, fetchAge: 1_000, beatAge: 3_000 },
  ...{ oldestWaiting: { jobName: 'n', age: 20_000 }, unhandled: [] },
};

describe('judge', () => {
  it('finds a pool up whose fetches are answered', () => {
    expect(judge(WELL, healthLimits({}))).toEqual({ status: 'up', problems: [], ...WELL });
  });

  it.each([
    [{ isReady: false }, 'down', /not started/],
    [{ fetchAge: 16_000 }, 'down', /Redis has not answered a fetch for 16 s/],
    [{ beatAge: 11_000 }, 'down', /heartbeat is 11 s old/],
    [{ beatAge: undefined }, 'down', /no heartbeat/],
    [{ oldestWaiting: { jobName: 'n', age: 301_000 } }, 'degraded', /"n" job has waited for 301 s/],
    [{ unhandled: ['a', 'b'] }, 'degraded', /No running pool handles these waiting jobs: "a", "b"/],
  ] as const)('finds with %j that it is %s', (figures, status, problem) => {
    const health = judge({ ...WELL, ...figures }, healthLimits({}));
    expect(health.status).toBe(status);
    expect(health.problems).toEqual([expect.stringMatching(problem)]);
  });

  it('does not miss fetches while no worker is idle', () => {
    const busy = { ...WELL, busy: 10, fetchAge: 3_600_000 };
    expect(judge(busy, healthLimits({})).status).toBe('up');
  });

  it('goes by limits of the caller', () => {
    const limits = healthLimits({ fetch: 500, beat: 2_000, waiting: '10s' });
    expect(judge(WELL, limits).problems).toHaveLength(3);
    expect(() => healthLimits({ waiting: 0 })).toThrow(InvalidOptionError);
  });

  it('says why Redis does not answer, and nothing that it cannot know', () => {
    const health = judge({ ...WELL, isReady: false, beatAge: undefined }, healthLimits({}), {
      unreachable: 'Redis does not answer: no',
    });
    expect(health.problems).toEqual(['Redis does not answer: no']);
  });

  it('says why Redis does not take the pool', () => {
    const refusal = 'OOM command not allowed';
    const health = judge({ ...WELL, isReady: false }, healthLimits({}), {
      unregistered: refusal,
    });
    expect(health).toMatchObject({ status: 'down' });
    expect(health.problems).toEqual([`The worker pool cannot be registered: ${refusal}`]);
  });

  it('says that Redis refuses writes, though the pool is at work', () => {
    const health = judge(WELL, healthLimits({}), { refused: 'OOM' });
    expect(health).toMatchObject({ status: 'degraded', problems: [expect.stringMatching(/OOM/)] });
  });
});
