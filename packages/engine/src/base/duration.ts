/**
 * A length of time: a number of milliseconds, or a text of numbers with units, such as `500ms`, `30s`, `1.5h`, `1h30m`
 * or `7d`.
 */
export type Duration = number | string;

/** Describes a duration in messages. */
export const DURATIONS = 'a number of milliseconds, or a text such as "30s", "1h30m" or "7d"';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d)/y;

/**
 * Returns the milliseconds of a duration, fractions included; `undefined` for anything else, such as a negative number.
 */
export function durationIn(value: unknown): number | undefined {
  if (typeof value === 'string') return durationOfText(value);
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

function durationOfText(text: string): number | undefined {
  let sum = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (!match) return undefined;
    sum += Number(match[1]) * (MILLISECONDS[match[2] ?? ''] ?? 0);
  }
  return text === '' || !Number.isFinite(sum) ? undefined : withoutNoise(sum);
}

/** Removes binary noise: 4.03 s is 4030.0000000000005 ms, and a delay that rounds up would gain a second. */
function withoutNoise(milliseconds: number): number {
  const whole = Math.round(milliseconds);
  return Math.abs(milliseconds - whole) < 1e-6 ? whole : milliseconds;
}
