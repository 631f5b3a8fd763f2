import { describe, expect, it } from '@jest/globals';
import type { Attempt, JobDetail } from './api';
import { timelineOf, type TimelineItem } from './timeline-events';

function jobWith(change: Partial<JobDetail>): JobDetail {
  return {
    ...{ id: 'a', name: 'charge', args: 'null', fails: 0, unique: false, broken: false },
    ...{ attempts: [], text: '', truncated: false, downloadable: true, enqueuedAt: 100 },
    ...{ at: undefined, position: undefined, failedAt: undefined, error: undefined },
    ...{ backtrace: undefined, uniqueKey: undefined },
    ...change,
  };
}

function attempt(at: number, fails: number): Attempt {
  const error = `error ${fails}`;
  return { at, fails, duration: 5, error, backtrace: undefined, host: 'h', pid: 1 };
}

function lines(items: readonly TimelineItem[]): string[] {
  return items.map((item) => {
    if (item.kind === 'note') return item.text;
    const title = item.kind === 'failure' ? `failure ${item.number}` : item.title;
    return `${title} @${item.at}`;
  });
}

const NOT_KEPT = 'The time at which it was first enqueued is not kept.';
const KEPT =
  'The last ten failures are kept for a week. For jobs that fail in Go, only the last one is kept.';

describe('the timeline of a job', () => {
  it('begins with its first enqueueing while it has not failed', () => {
    expect(lines(timelineOf(jobWith({ position: 3 })))).toEqual(['Enqueued @100']);
  });

  it('has a scheduled job run after it was enqueued', () => {
    const state = { title: 'Runs', at: 500 };
    expect(lines(timelineOf(jobWith({}), state))).toEqual(['Runs @500', 'Enqueued @100']);
  });

  it('puts the last enqueueing of a dead job between its failures', () => {
    const job = jobWith({
      ...{ enqueuedAt: 200, fails: 3, failedAt: 210 },
      attempts: [attempt(210, 3), attempt(150, 2), attempt(110, 1)],
    });
    expect(lines(timelineOf(job, { title: 'Died', at: 210 }))).toEqual([
      'Died @210',
      'failure 3 @210',
      'Last enqueued @200',
      'failure 2 @150',
      'failure 1 @110',
      NOT_KEPT,
    ]);
  });

  it('puts the last enqueueing of a job that waits again above all failures', () => {
    const job = jobWith({
      ...{ position: 1, enqueuedAt: 210, fails: 1, failedAt: 210, attempts: [attempt(210, 1)] },
    });
    expect(lines(timelineOf(job))).toEqual(['Last enqueued @210', 'failure 1 @210', NOT_KEPT]);
  });

  it('takes a failure in the second of the enqueueing for the later one, where the job waits no more', () => {
    const job = jobWith({ fails: 1, failedAt: 100, attempts: [attempt(100, 1)] });
    expect(lines(timelineOf(job))).toEqual(['failure 1 @100', 'Enqueued @100']);
  });

  it('shows the last failure of a job that failed in Go, and the number of earlier ones', () => {
    const job = jobWith({ fails: 4, failedAt: 130, error: 'no' });
    expect(lines(timelineOf(job))).toEqual([
      'failure 4 @130',
      'Last enqueued @100',
      '3 earlier failures.',
      KEPT,
      NOT_KEPT,
    ]);
  });

  it('adds a last failure in Go to those that are kept', () => {
    const job = jobWith({ fails: 2, failedAt: 130, error: 'no', attempts: [attempt(90, 1)] });
    expect(lines(timelineOf(job))).toEqual([
      'failure 2 @130',
      'Last enqueued @100',
      'failure 1 @90',
      NOT_KEPT,
    ]);
  });

  it('does not call failures earlier that lie between those that are known', () => {
    const job = jobWith({ fails: 3, failedAt: 130, attempts: [attempt(130, 3), attempt(90, 1)] });
    expect(lines(timelineOf(job))).toEqual([
      'failure 3 @130',
      'Last enqueued @100',
      'failure 1 @90',
      '1 other failure.',
      KEPT,
      NOT_KEPT,
    ]);
  });

  it('orders failures by their times, whatever the clocks of their hosts wrote first', () => {
    const job = jobWith({ fails: 2, failedAt: 130, attempts: [attempt(120, 1), attempt(130, 2)] });
    expect(lines(timelineOf(job)).slice(0, 2)).toEqual(['failure 2 @130', 'failure 1 @120']);
  });

  it('shows an entry without times', () => {
    const job = jobWith({ enqueuedAt: undefined, fails: 1, failedAt: 0, error: 'no' });
    expect(lines(timelineOf(job))).toEqual([
      'Last enqueued @undefined',
      '1 other failure.',
      KEPT,
      NOT_KEPT,
    ]);
  });
});
