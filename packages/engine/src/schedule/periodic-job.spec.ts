import { describe, expect, it } from '@jest/globals';
import { InvalidJobNameError, InvalidOptionError, InvalidScheduleError } from '../errors/errors.js';
import { firingEntry, firings, lastFiring, periodicJob } from './periodic-job.js';
import { firingOf } from '../job/firing-id.js';
import { parseSchedule } from './schedule.js';

const NOW = new Date(1_700_000_000_000);

describe('periodicJob', () => {
  it('has the entries that gocraft/work writes', () => {
    const job = periodicJob('0 * * * * *', 'tick', {}, NOW);
    expect(firingEntry(job, 1_700_000_040)).toBe(
      '{"name":"tick","id":"periodic:tick:0 * * * * *:1700000040","t":1700000040,"args":null}',
    );
    const odd = periodicJob('0 * * * * *', 'a<b', { args: { n: 1n } }, NOW);
    expect(firingEntry(odd, 60)).toBe(
      '{"name":"a\\u003cb","id":"periodic:a\\u003cb:0 * * * * *:60","t":60,"args":{"n":1}}',
    );
  });

  it('writes its time zone into its id', () => {
    const job = periodicJob('0 9 * * *', 'tick', { timezone: 'Asia/Tokyo' }, NOW);
    expect(job.id).toBe('periodic:tick:CRON_TZ=Asia/Tokyo 0 9 * * *');
    expect(firingOf(`${job.id}:60`)).toEqual({ schedule: job.id, time: 60 });
    expect(firingOf('0123456789abcdef01234567')).toBeUndefined();
  });

  it('refuses schedules that never fire, and invalid ones', () => {
    expect(() => periodicJob('0 0 30 2 *', 'tick', {}, NOW)).toThrow('it never fires');
    expect(() => periodicJob('nonsense', 'tick', {}, NOW)).toThrow(InvalidScheduleError);
    expect(() => periodicJob('@daily', 'a,b', {}, NOW)).toThrow(InvalidJobNameError);
    for (const options of [{ overlap: 'queue' as 'skip' }, { missed: 'all' as 'last' }]) {
      expect(() => periodicJob('@daily', 'tick', options, NOW)).toThrow(InvalidOptionError);
    }
  });
});

describe('firings', () => {
  it('are those after the start, the end included', () => {
    expect([...firings(parseSchedule('@every 60s'), 60, 180)]).toEqual([120, 180]);
  });

  it('the last one is found however long ago, and however many there are', () => {
    const everySecond = parseSchedule('* * * * * *');
    expect(lastFiring(everySecond, 0, 1_700_000_000)).toBe(1_700_000_000);
    const daily = parseSchedule('@daily');
    expect(lastFiring(daily, 1_690_000_000, 1_700_000_000)).toBe(Date.UTC(2023, 10, 14) / 1000);
    expect(lastFiring(daily, 1_699_999_999, 1_700_000_000)).toBeUndefined();
  });
});
