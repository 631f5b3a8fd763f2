import { InvalidOptionError } from '@nestcraft/engine';
import { goDuration } from '@nestcraft/engine/internal';

const HOURS_A_DAY = 24;

/**
 * The milliseconds of a duration: a text such as `90s`, `1h30m` or `2d`, or a number of seconds.
 *
 * @throws InvalidOptionError
 */
export function milliseconds(name: string, duration: string | number): number {
  const seconds = typeof duration === 'number' ? duration : secondsOf(duration);
  if (seconds === undefined || !(seconds >= 0) || !Number.isFinite(seconds)) {
    throw new InvalidOptionError(
      name,
      duration,
      'a duration such as "90s", "1h30m" or "2d", or seconds',
    );
  }
  return Math.round(seconds * 1000);
}

/** What Go writes, and days. */
function secondsOf(text: string): number | undefined {
  return goDuration(
    text.replace(/(\d+(?:\.\d+)?)d/g, (_, days: string) => `${Number(days) * HOURS_A_DAY}h`),
  );
}
