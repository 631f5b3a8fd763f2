const numbers = new Intl.NumberFormat('en');

export function count(value: number): string {
  return numbers.format(value);
}

/** How many of something, such as `1 job` or `2,000 jobs`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A part of one as per cent; a dash for nothing. */
export function share(part: number): string {
  if (part === 0) return '–';
  return part < 0.01 ? '< 1 %' : `${Math.round(part * 100)} %`;
}

/** A length of time, given in seconds. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return parts(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return parts(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return parts(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h');
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A length of time, given in milliseconds. */
export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 1_000) return `${ms < 10 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms / 1000);
}

/** How long a job has waited, given in milliseconds, of which only whole seconds are known. */
export function wait(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 1_000 ? '< 1 s' : duration(ms / 1000);
}

/** When that is, as seen from `now`; both in seconds. */
export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 1) return 'now';
  return away > 0 ? `in ${duration(away)}` : `${duration(-away)} ago`;
}

/** A time of day and date. @param zone such as `UTC`; default: the browser's own */
export function absolute(at: number, zone?: string): string {
  const parts = formatIn(zone).formatToParts(at * 1000);
  const zoneName = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${iso(at, zone)} ${zoneName}`;
}

/** Hours and minutes, and the day where a chart reaches over several. */
export function clock(at: number, zone: string | undefined, withDay: boolean): string {
  return withDay ? iso(at, zone).slice(5, 16) : iso(at, zone).slice(11, 16);
}

function iso(at: number, zone: string | undefined): string {
  const part = new Map(
    formatIn(zone)
      .formatToParts(at * 1000)
      .map(({ type, value }) => [type, value]),
  );
  const [day, time] = [
    ['year', 'month', 'day'],
    ['hour', 'minute', 'second'],
  ].map((types) => types.map((type) => part.get(type as Intl.DateTimeFormatPartTypes)));
  return `${day?.join('-')} ${time?.join(':')}`;
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hourCycle: 'h23' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
      ...{ timeZone, timeZoneName: 'short' },
    });
  formats.set(timeZone, format);
  return format;
}

export function bytes(value: number): string {
  return value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** JSON with line breaks and indentation; numbers and escapes stay what they are. What is no JSON stays, too. */
export function pretty(json: string): string {
  try {
    JSON.parse(json);
  } catch {
    return json;
  }
  let out = '';
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g)) {
    if (token === '}' || token === ']') {
      depth--;
      out = /[{[]\s*$/.test(out) ? out.trimEnd() : `${out}\n${'  '.repeat(depth)}`;
      out += token;
    } else if (token === '{' || token === '[') {
      depth++;
      out += `${token}\n${'  '.repeat(depth)}`;
    } else if (token === ',') out += `,\n${'  '.repeat(depth)}`;
    else out += token === ':' ? ': ' : token;
  }
  return out;
}
