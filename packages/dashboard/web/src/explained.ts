import type { Explanation, Reason } from './api';
import { count, duration } from './format';
import type { Route } from './routes';

/** The words and the tone of a verdict. */
export const VERDICTS = {
  none: { tone: 'good', label: 'ready' },
  waiting: { tone: 'info', label: 'waiting' },
  blocked: { tone: 'bad', label: 'blocked' },
  running: { tone: 'good', label: 'running' },
  over: { tone: '', label: 'over' },
} as const satisfies Record<Explanation['verdict'], object>;

/** Says in a sentence what the reasons amount to. @param now in seconds */
export function gist({ verdict, state, position, startsAt }: Explanation, now: number): string {
  const place = position === undefined ? '' : ` It is ${placeText(position)} in its queue.`;
  switch (verdict) {
    case 'none':
      if (state === 'empty') return 'No job waits, and nothing would hold one back.';
      return 'Nothing holds it back. It starts with the next fetch.';
    case 'waiting':
      return `It starts without help.${place}${expected(startsAt, now)}`;
    case 'blocked':
      return `It does not start before somebody acts.${place}`;
    case 'running':
      return 'It is in progress.';
    default:
      return state === 'notFound' || state === 'empty'
        ? 'It waits nowhere and runs nowhere.'
        : 'It does not run, unless somebody enqueues it again.';
  }
}

function placeText(position: number): string {
  return position === 1 ? 'next' : `number ${count(position)}`;
}

function expected(startsAt: number | undefined, now: number): string {
  if (startsAt === undefined || startsAt - now < 1) return '';
  return ` Expected in ${duration(startsAt - now)}.`;
}

/** An act of the dashboard that removes a reason. */
export type Act = 'resume' | 'raise' | 'runNow' | 'retry' | 'repair';

/** Returns the act that removes a reason, if the dashboard has one. */
export function actOf({ code, by }: Reason): Act | undefined {
  switch (code) {
    case 'paused':
      return 'resume';
    case 'atLimit':
      // A share of the limit without a job.
      return by.some(({ jobId }) => jobId === undefined) ? 'repair' : 'raise';
    case 'scheduledUntil':
    case 'retryUntil':
      return 'runNow';
    case 'dead':
      return 'retry';
    default:
      return undefined;
  }
}

const PAGES: Readonly<Record<string, readonly [label: string, to: Route]>> = {
  noSuchJob: ['Queues', { page: 'queues' }],
  noLivePool: ['Pools', { page: 'pools' }],
  poolStopping: ['Pools', { page: 'pools' }],
  fetchNotAnswered: ['Pools', { page: 'pools' }],
  workersBusy: ['Running', { page: 'running' }],
  notFound: ['Metrics', { page: 'metrics' }],
};

/** Returns the page on which a reason can be looked at, if it has one. */
export function pageOf({ code }: Reason): readonly [label: string, to: Route] | undefined {
  return PAGES[code];
}
