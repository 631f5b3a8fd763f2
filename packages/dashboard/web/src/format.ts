const numbers = new Intl.NumberFormat('en');

export function count(value: number): string {
  return numbers.format(value);
}

/**
 * Formats a number with a noun, such as `1 job` or `2,000 jobs`.
 *
 * @param nouns the plural; default: the noun with an s
 */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** Formats a share of one as a percentage; a dash for zero. */
export function share(part: number): string {
  if (part === 0) return '–';
  return part < 0.01 ? '< 1 %' : `${Math.round(part * 100)} %`;
}

const YEAR = 365 * 86_400;
// From here on days are not shown.
const YEARS = 10 * YEAR;

/** Formats a duration given in seconds. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return parts(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return parts(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  if (s < YEARS) return parts(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h');
  return `${count(Math.floor(s / YEAR))} years`;
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Formats a duration given in milliseconds. */
export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 1_000) return `${ms < 10 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms / 1000);
}

/** Formats a job's wait, given in milliseconds but known only to whole seconds. */
export function wait(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 1_000 ? '< 1 s' : duration(ms / 1000);
}

// The seconds from 1970 to the last representable date.
const LAST_DATE = 8.64e12;

/** Returns whether a score is a valid time. Redis holds whatever was written: milliseconds by mistake, or infinity. */
export function isTime(at: unknown): at is number {
  return typeof at === 'number' && Math.abs(at) <= LAST_DATE;
}

/** Formats a time relative to `now`; both in seconds. */
export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 1) return 'now';
  return away > 0 ? `in ${duration(away)}` : `${duration(-away)} ago`;
}

/** Formats a date and time. @param zone such as `UTC`; default: the browser's own */
export function absolute(at: number, zone?: string): string {
  const parts = formatIn(zone).formatToParts(at * 1000);
  const zoneName = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${iso(at, zone)} ${zoneName}`;
}

/** Formats hours and minutes, and the day if a chart spans several. */
export function clock(at: number, zone: string | undefined, withDay: boolean): string {
  return withDay ? iso(at, zone).slice(5, 16) : iso(at, zone).slice(11, 16);
}

/** Formats a time for a date-and-time field. */
export function dateInput(at: number, zone: string | undefined): string {
  return isTime(at) ? iso(at, zone).slice(0, 16).replace(' ', 'T') : '';
}

/** Returns the time in such a field, in seconds; `undefined` if it is empty. */
export function secondsOf(field: string, zone: 'UTC' | undefined): number | undefined {
  const time = new Date(zone === 'UTC' ? `${field}Z` : field).getTime();
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
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

/** Returns the first non-empty line of a text. */
export function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0]?.trimEnd() ?? '';
}

/** Returns the class in an error's text, if any, and its first line without the class. */
export function errorParts(text: string): { name: string | undefined; line: string } {
  const line = firstLine(text);
  const [, name, rest] = /^([A-Z][\w.$]*(?:Error|Exception))(?: \[\w+\])?: +(.+)$/.exec(line) ?? [];
  return name !== undefined && rest !== undefined
    ? { name, line: rest }
    : { name: undefined, line };
}

/** Splits a name so that its end stays visible when there is no room for all of it. */
export function nameParts(name: string): { head: string; tail: string } {
  const characters = charactersOf(name);
  if (characters.length <= SHORT_NAME) return { head: name, tail: '' };
  return {
    head: characters.slice(0, -TAIL).join(''),
    tail: characters.slice(-TAIL).join(''),
  };
}

const [SHORT_NAME, TAIL] = [20, 8];

/** Splits a text into characters as a reader sees them. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
}

export function bytes(value: number): string {
  return value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

// A string, a structural character, or a run of characters up to the next of these.
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** Formats JSON with line breaks and indentation. Numbers, escapes and text that is not JSON stay unchanged. */
export function pretty(json: string): string {
  if (!isJson(json)) return json;
  let out = '';
  let depth = 0;
  for (const [token] of json.matchAll(TOKEN)) {
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

/** Returns the exact text of a job's arguments in its entry; `undefined` if it has none. */
export function argsOf(entry: string): string | undefined {
  let [depth, key, begin] = [0, '', -1];
  for (const { 0: token, index } of entry.matchAll(TOKEN)) {
    if (depth === 1 && (token === ',' || token === '}')) {
      if (begin >= 0) return entry.slice(begin, index).trim();
      key = '';
    } else if (depth === 1 && token === ':' && key === '"args"') begin = index + 1;
    else if (depth === 1 && key === '') key = token;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
  }
  return undefined;
}

/** Returns whether a text is JSON: for hidden arguments the server sends an explanation instead. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns whether the server has sent only the beginning of a job's arguments. No JSON ends with that character. */
export function isCut(args: string): boolean {
  return args.endsWith('…');
}

/** Returns the part of an id that distinguishes jobs at a glance. */
export function shortId(id: string): string {
  return charactersOf(id).slice(0, 8).join('');
}
