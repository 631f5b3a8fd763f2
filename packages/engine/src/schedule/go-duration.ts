const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Returns the seconds of a Go duration, such as `1h30m` or `1.5s`; `undefined` for other texts. */
export function goDuration(text: string): number | undefined {
  if (typeof text !== 'string') return undefined;
  const unsigned = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (unsigned === '0') return 0;
  let seconds = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const match = PART.exec(unsigned);
    if (!match) return undefined;
    seconds += Number(match[1]) * (SECONDS[match[2] ?? ''] ?? 0);
  }
  return unsigned === '' ? undefined : sign * seconds;
}
