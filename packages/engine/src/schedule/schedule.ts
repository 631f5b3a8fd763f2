import { Cron } from 'croner';
import { InvalidScheduleError } from '../errors/errors.js';
import { assertOptions, rule, type OptionTable } from '../options/option-rules.js';
import { cronFields, type CronField } from './cron-fields.js';
import { goDuration } from './go-duration.js';
import { TimeZone } from './time-zone.js';

/** A sequence of recurring times. */
export interface Schedule {
  /** The spec with its time zone, as in the ids of its jobs. */
  readonly spec: string;
  /** Returns the first firing after `after`, to the second; `null` if there is none within five years. */
  next(after: Date): Date | null;
}

export interface ScheduleOptions {
  /** The time zone of the spec, such as `Europe/Berlin`; default: the zone named in the spec, or `UTC`. */
  readonly timezone?: string | undefined;
}

/** The rules for these options. */
export const SCHEDULE_OPTIONS: OptionTable<ScheduleOptions> = {
  timezone: rule('the name of a time zone, such as Europe/Berlin', (value) => {
    return typeof value === 'string' && value !== '';
  }),
};

const SECOND = 1_000;
// The limit of robfig/cron, which considers a spec that fires more rarely as never firing.
const YEARS = 5;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

/**
 * Parses a cron spec by the grammar of robfig/cron v3, like gocraft/work: five fields, or six with the seconds first;
 * `*`, `?`, lists, ranges, steps, names of months and days; `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`;
 * `@every 90s`, counted from the epoch, so that all processes agree; an optional prefix `CRON_TZ=Zone ` or `TZ=Zone `.
 *
 * When the clocks go forward, firings in the skipped hour are omitted. When they go back, firings in the repeated hour
 * happen twice.
 *
 * @throws InvalidScheduleError, InvalidOptionError
 */
export function parseSchedule(spec: string, options: ScheduleOptions = {}): Schedule {
  assertOptions('parseSchedule', options, SCHEDULE_OPTIONS);
  const { timezone } = options;
  if (typeof spec !== 'string' || spec === '') {
    throw new InvalidScheduleError(spec, 'empty spec string');
  }
  const [, named, rest = spec] = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/s.exec(spec) ?? [];
  if (/^(?:CRON_)?TZ=/.test(spec) && named === undefined) {
    throw new InvalidScheduleError(spec, 'the schedule after the time zone is missing');
  }
  if (named !== undefined && timezone !== undefined) {
    throw new InvalidScheduleError(
      spec,
      'both the spec and the option "timezone" name a time zone',
      'Name it in one place.',
    );
  }
  const zone = timeZone(spec, named ?? timezone ?? 'UTC');
  const full = timezone === undefined ? spec : `CRON_TZ=${timezone} ${spec}`;
  const text = rest.trim();
  if (text.startsWith('@every ')) return new Interval(full, interval(spec, text.slice(7)));
  if (text.startsWith('@') && !Object.hasOwn(DESCRIPTORS, text)) {
    throw new InvalidScheduleError(
      spec,
      `unrecognized descriptor: ${text}`,
      `Use ${Object.keys(DESCRIPTORS).join(', ')} or @every 90s.`,
    );
  }
  return new CronSchedule(full, cronFields(spec, DESCRIPTORS[text] ?? text), zone);
}

function timeZone(spec: string, name: string): TimeZone {
  try {
    return new TimeZone(name === '' ? 'UTC' : name);
  } catch {
    throw new InvalidScheduleError(
      spec,
      `provided bad location ${name}: unknown time zone ${name}`,
      'Use a name of the time zone database, such as Europe/Berlin; UTC; or Local for the zone of the process.',
    );
  }
}

/** Returns whole seconds, at least one, rounded as in robfig/cron. */
function interval(spec: string, text: string): number {
  const seconds = goDuration(text);
  if (seconds === undefined || seconds <= 0) {
    throw new InvalidScheduleError(
      spec,
      `failed to parse duration ${text}: it is not like 90s or 1h30m`,
      'Use whole seconds, minutes and hours, such as @every 1h30m.',
    );
  }
  return Math.max(1, Math.floor(seconds));
}

class Interval implements Schedule {
  readonly #milliseconds: number;

  constructor(
    readonly spec: string,
    seconds: number,
  ) {
    this.#milliseconds = seconds * SECOND;
  }

  next(after: Date): Date {
    return new Date((Math.floor(after.getTime() / this.#milliseconds) + 1) * this.#milliseconds);
  }
}

/**
 * Uses croner as the calendar, in UTC only. Local times are calculated as if the offset never changed, and are then
 * placed into the intervals between two changes of the offset.
 */
class CronSchedule implements Schedule {
  readonly #calendar: Cron | undefined;
  readonly #zone: TimeZone;

  constructor(
    readonly spec: string,
    fields: readonly CronField[],
    zone: TimeZone,
  ) {
    this.#calendar = canMatch(fields) ? calendar(fields) : undefined;
    this.#zone = zone;
  }

  next(after: Date): Date | null {
    let time = Math.floor(after.getTime() / SECOND) * SECOND;
    const lastYear = yearOf(time + SECOND + this.#zone.offsetAt(time + SECOND)) + YEARS;
    for (;;) {
      const offset = this.#zone.offsetAt(time + SECOND);
      const wall = this.#calendar?.nextRun(new Date(time + offset))?.getTime();
      if (wall === undefined || yearOf(wall) > lastYear) return null;
      const firing = wall - offset;
      const change = this.#zone.changeBetween(time + SECOND, firing);
      if (change === undefined) return new Date(firing);
      time = change - SECOND;
    }
  }
}

function calendar(fields: readonly CronField[]): Cron {
  const pattern = fields.map(({ values, isStar }) => (isStar ? '*' : values.join(','))).join(' ');
  return new Cron(pattern, { timezone: 'UTC', mode: '6-part', paused: true, domAndDow: false });
}

const MAX_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Returns whether any time matches: a list may be empty, and 30 February does not exist. */
function canMatch(fields: readonly CronField[]): boolean {
  if (fields.some(({ values }) => values.length === 0)) return false;
  const [, , , days, months, weekdays] = fields;
  if (!days || !months || !weekdays) return false;
  // If both are given, matching one of them suffices.
  if (!days.isStar && !weekdays.isStar) return true;
  const firstDay = days.values[0] ?? Infinity;
  return months.values.some((month) => firstDay <= (MAX_DAYS[month - 1] ?? 0));
}

function yearOf(wall: number): number {
  return new Date(wall).getUTCFullYear();
}
