import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { InvalidScheduleError } from '../errors/errors.js';
import { goDuration } from './go-duration.js';
import { parseSchedule } from './schedule.js';

/** What robfig/cron answered: firings in seconds since the epoch, or why it refused the spec. */
interface Vector {
  readonly spec: string;
  /** A time, or seconds since the epoch. */
  readonly from: string | number;
  readonly next?: readonly number[] | null;
  readonly err?: string;
}

function vectors(name: string): readonly Vector[] {
  const text = readFileSync(new URL(`../testing/${name}.json`, import.meta.url), 'utf8');
  const parsed = JSON.parse(text) as Vector[] | { cron: Vector[] };
  return Array.isArray(parsed) ? parsed : parsed.cron;
}

function firings(spec: string, from: Date, count: number): number[] {
  const schedule = parseSchedule(spec);
  const times: number[] = [];
  for (let next = schedule.next(from); next && times.length < count; next = schedule.next(next)) {
    times.push(next.getTime() / 1000);
  }
  return times;
}

describe('parseSchedule', () => {
  it.each([...vectors('gocraft-vectors'), ...vectors('cron-vectors')])(
    'answers as robfig/cron: $spec from $from',
    ({ spec, from, next, err }) => {
      if (err === undefined) {
        const start = new Date(typeof from === 'number' ? from * 1000 : from);
        expect(firings(spec, start, next?.length ?? 1)).toEqual(next ?? []);
      } else {
        expect(() => parseSchedule(spec)).toThrow(InvalidScheduleError);
        // Go's words for durations are its own.
        if (!err.includes('duration')) expect(() => parseSchedule(spec)).toThrow(err);
      }
    },
  );

  it('goes by the clocks of its time zone, given by an option or in the spec', () => {
    const schedule = parseSchedule('0 9 * * *', { timezone: 'Asia/Tokyo' });
    expect(schedule.spec).toBe('CRON_TZ=Asia/Tokyo 0 9 * * *');
    expect(schedule.next(new Date('2026-01-01T00:00:00Z'))).toEqual(
      new Date('2026-01-02T00:00:00Z'),
    );
    expect(() => parseSchedule('TZ=UTC 0 9 * * *', { timezone: 'Asia/Tokyo' })).toThrow(
      'both the spec and the option "timezone" name a time zone',
    );
    expect(() => parseSchedule('0 9 * * *', { timezone: 'Nowhere' })).toThrow(
      'unknown time zone Nowhere',
    );
    expect(() => parseSchedule('@daily', { timeZone: 'Asia/Tokyo' } as object)).toThrow(
      'Did you mean "timezone"?',
    );
    expect(() => parseSchedule('TZ=UTC')).toThrow('the schedule after the time zone is missing');
  });

  it('skips the missing hour, and fires twice in the repeated one', () => {
    const spring = firings('CRON_TZ=Europe/Berlin 30 2 * * *', new Date('2026-03-28T12:00:00Z'), 1);
    expect(spring).toEqual([Date.UTC(2026, 2, 30, 0, 30) / 1000]);
    const autumn = firings('CRON_TZ=Europe/Berlin 30 2 * * *', new Date('2026-10-24T12:00:00Z'), 2);
    expect(autumn).toEqual(
      [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)].map((t) => t / 1000),
    );
  });

  it('counts intervals from the epoch, whenever it is asked', () => {
    const schedule = parseSchedule('@every 1m30s');
    for (const after of [0, 1, 89_999])
      expect(schedule.next(new Date(after))).toEqual(new Date(90_000));
    expect(schedule.next(new Date(90_000))).toEqual(new Date(180_000));
    expect(() => parseSchedule('@every 0s')).toThrow(InvalidScheduleError);
    expect(() => parseSchedule('@every -5m')).toThrow(InvalidScheduleError);
  });
});

describe('goDuration', () => {
  it.each<[string, number | undefined]>([
    ['90s', 90],
    ['1h30m', 5_400],
    ['1.5h', 5_400],
    ['.5m', 30],
    ['250ms', 0.25],
    ['-2m', -120],
    ['0', 0],
    ['', undefined],
    ['5', undefined],
    ['1 h', undefined],
    ['h', undefined],
    ['1d', undefined],
  ])('%s', (text, seconds) => expect(goDuration(text)).toBe(seconds));
});
