import type { JobSetName } from './api';
import { encode, type RouteTo } from './routes';

type Query = Readonly<Record<string, string | number | undefined>>;

/** The addresses of the server's API. Every name, id and text that is sent to the server is encoded only here. */
export const ENDPOINTS = {
  me: 'me',
  events: 'events',
  health: 'health',
  healthAgain: 'health?again=1',
  locks: 'locks',
  repairLocks: 'locks/repair',
  alerts: 'alerts',
  rates: 'rates',
  periodic: 'periodic',
  runPeriodic: 'periodic/run',
  cancelJob: 'jobs/cancel',
  cancelBulkTask: (id: string) => at('bulk-tasks', id, 'cancel'),
  metrics: (query: { range: string; name?: string | undefined }) => withQuery('metrics', query),
  search: ({ q, in: where, name }: RouteTo<'search'>) =>
    withQuery('search', { q, in: where, name }),
  explain: (query: { id?: string | undefined; name?: string | undefined }) =>
    withQuery('explain', query),
  running: (worker: string) => at('running', worker),
  jobs: (set: JobSetName, query: Query) => withQuery(at('jobs', set), query),
  count: (set: JobSetName, name: string) => withQuery(at('jobs', set, 'count'), { name }),
  act: (set: JobSetName, what: string) => at('jobs', set, what),
  job: (set: JobSetName, time: string, id: string) => at('jobs', set, time, id),
  entry: (set: JobSetName, time: string, id: string) => at('jobs', set, time, id, 'entry'),
  waiting: (name: string, query: Query) => withQuery(at('queues', name, 'jobs'), query),
  waitingJob: (name: string, position: number, id: string) =>
    at('queues', name, 'jobs', String(position), id),
  waitingEntry: (name: string, position: number, id: string) =>
    at('queues', name, 'jobs', String(position), id, 'entry'),
  queue: (name: string, what: 'pause' | 'resume' | 'limit' | 'empty' | 'delete') =>
    at('queues', name, what),
} as const;

function at(...segments: readonly string[]): string {
  return segments.map(segment).join('/');
}

/**
 * Encodes a segment of a path. Browsers remove `.` and `..` from paths, however they are encoded, so they are sent with
 * a leading `~`, which the server removes. Names that already look like that are sent with one more.
 */
function segment(text: string): string {
  return encode(text.replace(/^(?=~*\.\.?$)/, '~'));
}

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encode(String(value))}`],
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
