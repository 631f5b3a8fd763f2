import { describe, expect, it } from '@jest/globals';
import {
  askAll,
  consequence,
  doToAll,
  doToJobs,
  perInterval,
  progressText,
  sparklineText,
  summary,
} from './words';

const exactly = (count: number) => ({ count, exact: true });
const about = (count: number) => ({ count, exact: false });

describe('the words of the page', () => {
  it.each([
    [doToAll('Run now', exactly(324)), 'Run all 324 now'],
    [doToAll('Retry', about(4_000)), 'Retry all (~4,000)'],
    [doToAll('Delete', exactly(1)), 'Delete all 1'],
    [doToJobs('Run now', exactly(1)), 'Run 1 job now'],
    [doToJobs('Retry', about(4_000)), 'Retry about 4,000 jobs'],
    [askAll('Retry', { set: 'dead', name: undefined }, exactly(5)), 'Retry all 5 dead jobs?'],
    [askAll('Delete', { set: 'dead', name: 'x' }, exactly(1)), 'Delete 1 dead job named x?'],
    [askAll('Run now', { set: 'retry', name: undefined }, exactly(2)), 'Run all 2 retries now?'],
    [
      askAll('Retry', { set: 'dead', name: 'x' }, about(4_000)),
      'Retry all dead jobs named x (about 4,000)?',
    ],
    [consequence('Delete', 1), 'It cannot be restored.'],
    [consequence('Delete', 2), 'They cannot be restored.'],
  ])('are right for one and for several: %s', (words, expected) => {
    expect(words).toBe(expected);
  });

  it('sum up the outcomes of jobs', () => {
    expect(summary(['deleted', 'notFound', 'deleted'])).toBe('2 deleted; 1 no longer there');
    expect(summary(['duplicate'])).toBe('1 kept: a duplicate is already waiting');
    expect(summary(['duplicate', 'duplicate'])).toBe('2 kept: duplicates are already waiting');
    expect(summary()).toBe('');
  });

  it.each([
    ['running', { done: 5, scanned: 5, of: 9 }, 'running, 5 of 9'],
    ['done', { done: 9, scanned: 9, of: 9 }, 'done, 9 jobs'],
    ['done', { done: 1, scanned: 1, of: 1 }, 'done, 1 job'],
    ['cancelled', { done: 5, scanned: 5, of: 9 }, 'cancelled, 5 of 9'],
    [
      'running',
      { done: 4_993, scanned: 600_000, of: 1_000_000 },
      'running, 4,993 jobs; checked 600,000 of 1,000,000',
    ],
    [
      'done',
      { done: 4_993, scanned: 1_000_000, of: 1_000_000 },
      'done, 4,993 jobs; checked 1,000,000',
    ],
  ])('do not take what was looked at for what was done: %s', (state, progress, expected) => {
    expect(progressText(state, { ...progress, duplicates: 0, unknown: 0 })).toBe(expected);
  });

  it('say why jobs stay', () => {
    const progress = { done: 1, scanned: 4, of: 4, duplicates: 1, unknown: 2 };
    expect(progressText('done', progress)).toBe(
      'done, 1 job; checked 4; 1 kept: a duplicate is already waiting; 2 kept: no pool knows their names',
    );
  });

  it('name intervals and sparklines', () => {
    expect([60, 600, 3_600].map(perInterval)).toEqual(['Jobs / min', 'Jobs / 10 min', 'Jobs / h']);
    expect(sparklineText('Done in each of the last 3 minutes', [1_000, 4, 2])).toBe(
      'Done in each of the last 3 minutes: 1,006 in total, 1,000 at most, 2 most recently',
    );
  });
});
