import type { SetName } from './api';

/** How the pages speak of the scheduled, retry and dead jobs. */
export const SETS = {
  scheduled: {
    title: 'Scheduled jobs',
    time: 'Runs',
    state: 'runs',
    tone: 'info',
    verb: 'Run now',
    empty: 'No job waits for its time.',
  },
  retry: {
    title: 'Retries',
    time: 'Runs again',
    state: 'runs again',
    tone: 'warn',
    verb: 'Run now',
    empty: 'No failed job waits for its retry.',
  },
  dead: {
    title: 'Dead jobs',
    time: 'Died',
    state: 'died',
    tone: 'bad',
    verb: 'Retry',
    empty: 'No job has died. One that fails as often as it may shows here.',
  },
} as const satisfies Record<SetName, object>;

export function isSet(name: string): name is SetName {
  return Object.hasOwn(SETS, name);
}

const RESULTS: Record<string, string> = {
  moved: 'in the queue now',
  deleted: 'deleted',
  killed: 'dead now',
  gone: 'not there any more',
  duplicate: 'stay, because another like them waits',
  unknown: 'stay, because nobody knows their name',
  'too deep': 'stay: they are too far from both ends of the queue to be found quickly',
};

/** What came of several jobs, such as `2 deleted; 1 not there any more`. */
export function summary(results: readonly string[] = []): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, n]) => `${n} ${RESULTS[result] ?? result}`).join('; ');
}

const CANCELLATIONS: Record<string, string> = {
  removed: 'Cancelled: the job waited, and will not run.',
  signalled: 'The job was told to stop. It ends when its handler heeds its signal.',
  marked: 'Cancelled: the job will be dropped when its turn comes.',
  ignored: 'The job runs in a Go pool, which cannot be told to stop. It goes on.',
  'not found': 'The job neither waits nor runs any more.',
};

/** What came of cancelling a job. */
export function cancellation(result = ''): string {
  return CANCELLATIONS[result] ?? result;
}

/** The address of the page of a job's list, or of those of one name. */
export function listHref(set: SetName, name?: string): string {
  return `/jobs/${set}${name === undefined ? '' : `/of/${encodeURIComponent(name)}`}`;
}

export function jobHref(set: SetName, { at, id }: { at?: number; id: string }): string {
  return `/jobs/${set}/${at}/${encodeURIComponent(id)}`;
}

export function queueHref(name: string): string {
  return `/queues/${encodeURIComponent(name)}`;
}

export function waitingHref(
  name: string,
  { position, id }: { position?: number; id: string },
): string {
  return `${queueHref(name)}/${position}/${encodeURIComponent(id)}`;
}

export function runningHref(workerId: string): string {
  return `/running/${encodeURIComponent(workerId)}`;
}

/** @param query what is searched, as a query string */
export function searchHref(query: string): string {
  return `/search/${encodeURIComponent(query)}`;
}
