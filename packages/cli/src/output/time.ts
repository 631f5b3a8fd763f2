const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** Returns a duration in its largest unit, such as `5 min`. @param milliseconds the duration */
export function duration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const [unit, length] = UNITS.find(([, one]) => size >= one) ?? ['s', 1_000];
  return `${Math.round(size / length)} ${unit}`;
}

/** Returns how long ago a time was, or how far ahead it is. */
export function relative(at: Date | undefined, now = Date.now()): string {
  if (at === undefined || Number.isNaN(at.getTime())) return '–';
  const away = at.getTime() - now;
  return away > 0 ? `in ${duration(away)}` : `${duration(away)} ago`;
}

/** Returns a time as ISO text; `null` for an invalid one. */
export function isoOf(at: Date | undefined): string | null {
  return at === undefined || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
