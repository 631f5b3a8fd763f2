import type { Searched, JobSetName } from './api';

/** Encodes a value in an address. `read` returns `undefined` for text that `write` cannot have written. */
interface Codec<Value> {
  readonly write: (value: Value) => string;
  readonly read: (text: string) => Value | undefined;
}

const text: Codec<string> = { write: (value) => value, read: (value) => value };

const whole: Codec<number> = {
  write: String,
  read: (value) => (/^\d{1,15}$/.test(value) ? Number(value) : undefined),
};

const wholes: Codec<readonly number[]> = {
  write: (values) => values.join('.'),
  read: (value) => {
    const numbers = value === '' ? [] : value.split('.').map(whole.read);
    return numbers.every((one) => one !== undefined) ? numbers : undefined;
  },
};

function oneOf<const Word extends string>(words: readonly Word[]): Codec<Word> {
  return { write: (value) => value, read: (value) => words.find((word) => word === value) };
}

const set = oneOf<JobSetName>(['scheduled', 'retry', 'dead']);
const searched = oneOf<Searched>(['running', 'dead', 'retry', 'scheduled', 'waiting']);

export const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;

/** Where a page of a list begins, and where the pages before it began. */
const pages = { from: whole, before: wholes };

/** Every page with its path, the parameters in the path, and those in the query. */
const PAGES = {
  overview: { path: '/', params: {}, query: {} },
  queues: { path: '/queues', params: {}, query: { filter: text, sort: text } },
  queue: { path: '/queues/:name', params: { name: text }, query: pages },
  waitingJob: {
    path: '/queues/:name/:position/:id',
    params: { name: text, position: whole, id: text },
    query: {},
  },
  running: { path: '/running', params: {}, query: { name: text, sort: text } },
  runningJob: { path: '/running/:worker', params: { worker: text }, query: {} },
  pools: { path: '/pools', params: {}, query: { sort: text } },
  jobs: { path: '/jobs/:set', params: { set }, query: { name: text, at: whole, ...pages } },
  // The time is a string, so that a score that is not a valid time passes as well.
  job: { path: '/jobs/:set/:at/:id', params: { set, at: text, id: text }, query: {} },
  periodic: { path: '/periodic', params: {}, query: { sort: text } },
  metrics: {
    path: '/metrics',
    params: {},
    query: { range: oneOf(RANGES), name: text, sort: text },
  },
  search: { path: '/search', params: {}, query: { q: text, in: searched, name: text } },
  alerts: { path: '/alerts', params: {}, query: {} },
  health: { path: '/health', params: {}, query: {} },
} as const;

type Pages = typeof PAGES;
type Values<Codecs> = {
  readonly [Key in keyof Codecs]: Codecs[Key] extends Codec<infer Value> ? Value : never;
};
type Optional<Type> = { readonly [Key in keyof Type]?: Type[Key] | undefined };

export type PageName = keyof Pages;

/** A page and its parameters, such as `{ page: 'queue', name: 'send_email', from: 25 }`. */
export type RouteTo<Page extends PageName> = Page extends PageName
  ? { readonly page: Page } & Values<Pages[Page]['params']> & Optional<Values<Pages[Page]['query']>>
  : never;
export type Route = RouteTo<PageName>;

type Codecs = Readonly<
  Record<
    string,
    | { readonly write: (value: never) => string; readonly read: (text: string) => unknown }
    | undefined
  >
>;
type Fields = Readonly<Record<string, unknown>>;

/** Returns the address of a page, as it appears after the `#`. */
export function addressOf(route: Route): string {
  const query = Object.entries(PAGES[route.page].query as Codecs).flatMap(([key, codec]) => {
    const value = (route as Fields)[key];
    return value === undefined || !codec ? [] : [`${key}=${encode(codec.write(value as never))}`];
  });
  return [identityOf(route), ...(query.length > 0 ? [query.join('&')] : [])].join('?');
}

/** Returns the address without its query, which identifies the list or job regardless of the visible part. */
export function identityOf(route: Route): string {
  const { path, params } = PAGES[route.page];
  const segments = path.split('/').map((segment) => {
    const codec = (params as Codecs)[segment.slice(1)];
    return segment.startsWith(':') && codec
      ? encode(codec.write((route as Fields)[segment.slice(1)] as never))
      : segment;
  });
  return segments.join('/');
}

/** Returns the page with an address; `undefined` if none matches. Invalid parts of a query are ignored. */
export function routeOf(address: string): Route | undefined {
  const [path, query] = cutAt(address, '?');
  const segments = path.split('/').map(decode);
  for (const [page, spec] of Object.entries(PAGES)) {
    const params = paramsOf(spec.path.split('/'), segments, spec.params);
    if (params) return { page, ...params, ...queryOf(query, spec.query) } as unknown as Route;
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], segments: readonly string[], codecs: Codecs) {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, unknown> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = codecs[part.slice(1)]?.read(segment);
    if (value === undefined) return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function queryOf(query: string, codecs: Codecs): Fields {
  const values = query.split('&').flatMap((pair): [string, unknown][] => {
    const [key, value] = cutAt(pair, '=');
    const codec = Object.hasOwn(codecs, key) ? codecs[key] : undefined;
    const read = codec?.read(decode(value));
    return read === undefined ? [] : [[key, read]];
  });
  return Object.fromEntries(values);
}

function cutAt(value: string, separator: string): readonly [before: string, after: string] {
  const at = value.indexOf(separator);
  return at === -1 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
}

/** Encodes a text for a path or query. Half a surrogate pair cannot appear in an address and becomes U+FFFD. */
export function encode(value: string): string {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

/** Decodes a part of an address; addresses are decoded only here. Text with a bare `%` is taken literally. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
