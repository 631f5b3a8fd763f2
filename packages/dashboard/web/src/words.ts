import type { JobCount, Progress, JobSetName } from './api';
import { count, duration, plural } from './format';

/** The pages' words for scheduled, retry and dead jobs. */
export const SETS = {
  scheduled: {
    title: 'Scheduled jobs',
    one: 'scheduled job',
    time: 'Runs',
    state: 'runs',
    was: 'scheduled',
    tone: 'info',
    verb: 'Run now',
    empty: 'No scheduled jobs.',
  },
  retry: {
    title: 'Retries',
    one: 'retry',
    time: 'Runs again',
    state: 'runs again',
    was: 'waiting for its retry',
    tone: 'warn',
    verb: 'Run now',
    empty: 'No retries. Failed jobs wait here until they run again.',
  },
  dead: {
    title: 'Dead jobs',
    one: 'dead job',
    time: 'Died',
    state: 'died',
    was: 'dead',
    tone: 'bad',
    verb: 'Retry',
    empty: 'No dead jobs. Jobs that run out of retries appear here.',
  },
} as const satisfies Record<JobSetName, object>;

/** The actions on several jobs. */
export type Verb = 'Retry' | 'Run now' | 'Kill' | 'Delete';

/** Returns a verb with its object, such as `Retry 3 jobs` or `Run 1 job now`. */
export function doTo(verb: Verb, what: string): string {
  const [first = '', ...rest] = verb.split(' ');
  return [first, what, ...rest].join(' ');
}

/** Returns the label of the button for all jobs: `Delete all 324`, `Run all (~4,000) now`. */
export function doToAll(verb: Verb, { count: number, exact }: JobCount): string {
  return doTo(verb, exact ? `all ${count(number)}` : `all (~${count(number)})`);
}

/** Returns the question to confirm it, such as `Retry all dead jobs named charge (about 4,000)?`. */
export function askAll(
  verb: Verb,
  { set, name }: { set: JobSetName; name: string | undefined },
  { count: number, exact }: JobCount,
): string {
  const which = name === undefined ? '' : ` named ${name}`;
  const { one, title } = SETS[set];
  const noun = number === 1 && exact ? one : title.toLowerCase();
  if (!exact) return `${doTo(verb, `all ${noun}${which} (about ${count(number)})`)}?`;
  return `${doTo(verb, `${number === 1 ? '' : 'all '}${count(number)} ${noun}${which}`)}?`;
}

/** Returns the label of the button below that question. */
export function doToJobs(verb: Verb, { count: number, exact }: JobCount): string {
  return doTo(verb, `${exact ? '' : 'about '}${plural(number, 'job')}`);
}

/** Returns the consequence for the jobs. @param number the number of jobs */
export function consequence(verb: Verb, number: number): string {
  const one = number === 1;
  switch (verb) {
    case 'Delete':
      return `${one ? 'It' : 'They'} cannot be restored.`;
    case 'Kill':
      return one
        ? 'It does not run again unless someone retries it from the dead jobs.'
        : 'They do not run again unless someone retries them from the dead jobs.';
    default:
      return one
        ? 'It is enqueued immediately.'
        : 'They are enqueued in batches; you can cancel midway.';
  }
}

const RESULTS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  enqueued: ['in the queue now', 'in the queue now'],
  deleted: ['deleted', 'deleted'],
  killed: ['dead now', 'dead now'],
  notFound: ['no longer there', 'no longer there'],
  duplicate: ['kept: a duplicate is already waiting', 'kept: duplicates are already waiting'],
  unknown: ['kept: no pool knows its name', 'kept: no pool knows their names'],
  tooDeep: [
    'kept: it is too far from both ends of the queue. Cancel it on its page instead',
    'kept: they are too far from both ends of the queue. Cancel them on their pages instead',
  ],
};

/** Summarises the results for several jobs, such as `2 deleted; 1 no longer there`. */
export function summary(results: readonly string[] = []): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts]
    .map(([result, number]) => `${count(number)} ${became(result, number)}`)
    .join('; ');
}

function became(result: string, number: number): string {
  const [one, several] = RESULTS[result] ?? [result, result];
  return number === 1 ? one : several;
}

/** Describes the progress of a bulk task: the number of jobs done and, if it differs, the number checked. */
export function progressText(state: string, progress: Progress): string {
  const { done, scanned, of, duplicates, unknown } = progress;
  const isPart = scanned === done && done < of;
  const all = isPart ? `${count(done)} of ${count(of)}` : plural(done, 'job');
  const looked =
    scanned === done ? [] : [`checked ${count(scanned)}${scanned < of ? ` of ${count(of)}` : ''}`];
  const left = [
    duplicates > 0 && `${count(duplicates)} ${became('duplicate', duplicates)}`,
    unknown > 0 && `${count(unknown)} ${became('unknown', unknown)}`,
  ].filter((one) => one !== false);
  return [`${state}, ${all}`, ...looked, ...left].join('; ');
}

const CANCELLATIONS: Readonly<Record<string, string>> = {
  removed: 'Cancelled: the job was waiting and will not run.',
  signalled: 'The job was asked to stop. It ends when its handler reacts to the signal.',
  marked: 'Cancelled: the job will be dropped when its turn comes.',
  ignored: 'The job runs in a Go pool, which cannot stop it. It continues to run.',
  notFound: 'The job is no longer waiting or running.',
};

/** Describes the result of cancelling a job. */
export function cancellation(result = ''): string {
  return CANCELLATIONS[result] ?? result;
}

/** Returns the title of a chart of jobs per interval, such as `Jobs / min`. @param step in seconds */
export function perInterval(step: number): string {
  return `Jobs / ${duration(step).replace(/^1 /, '')}`;
}

/** Describes a sparkline for screen readers. @param what such as `Done in each of the last 30 minutes` */
export function sparklineText(what: string, values: readonly number[]): string {
  const sum = values.reduce((a, b) => a + b, 0);
  const most = Math.max(0, ...values);
  return `${what}: ${count(sum)} in total, ${count(most)} at most, ${count(values.at(-1) ?? 0)} most recently`;
}
