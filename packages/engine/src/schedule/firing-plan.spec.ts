import { describe, expect, it } from '@jest/globals';
import { CLOCKS_DIFFER, HORIZON, planFirings, type FiringKnowledge } from './firing-plan.js';
import { parseSchedule } from './schedule.js';

// A whole minute and 20 seconds.
const NOW = 1_700_000_060;
const nextFour = [NOW + 40, NOW + 100, NOW + 160, NOW + 220];

function plan(
  knowledge: Partial<FiringKnowledge>,
  missed: 'skip' | 'last' = 'skip',
): ReturnType<typeof planFirings> {
  const job = { schedule: parseSchedule('0 * * * * *'), missed };
  return planFirings(job, { now: NOW, last: NaN, moved: NaN, wasDown: false, ...knowledge });
}

describe('planFirings', () => {
  it('adds the next four minutes', () => {
    expect(plan({})).toMatchObject({ wrong: '', stale: [], times: nextFour });
  });

  it.each([
    ['the last one that was added', { last: NOW + HORIZON + CLOCKS_DIFFER }],
    ['the last one that was moved', { moved: NOW + CLOCKS_DIFFER }],
  ])('believes %s as far as a pool could have written it', (_, knowledge) => {
    expect(plan(knowledge)).toMatchObject({ wrong: '', stale: [], times: nextFour });
  });

  it('removes firings that were added too far ahead', () => {
    expect(plan({ last: NOW + 100_000 })).toMatchObject({
      wrong: String(NOW + 100_000),
      stale: [99_580, 99_640, 99_700, 99_760, 99_820, 99_880, 99_940, 100_000].map(
        (ahead) => NOW + ahead,
      ),
      times: nextFour,
    });
  });

  it('forgets the last firing when one was moved that is not due yet', () => {
    expect(plan({ last: NOW + 220, moved: NOW + 40 })).toMatchObject({
      wrong: String(NOW + 220),
      stale: [],
      times: nextFour,
    });
  });

  it.each<['skip' | 'last', number[], number[]]>([
    ['skip', [], [NOW - 620, NOW - 560, NOW - 500, NOW - 440]],
    ['last', [NOW - 20], [NOW - 620, NOW - 560, NOW - 500, NOW - 440]],
  ])('after a time without any pool: %s', (missed, late, stale) => {
    const { times, stale: gone } = plan({ last: NOW - 440, wasDown: true }, missed);
    expect(times).toEqual([...late, ...nextFour]);
    expect(gone).toEqual(stale);
  });

  it('keeps the only firing that was missed, if it is the last', () => {
    const { stale, times } = plan({ last: NOW - 20, wasDown: true }, 'last');
    expect(stale).not.toContain(NOW - 20);
    expect(times).toEqual(nextFour);
  });
});
