import { counted } from '../base/counted.js';
import type { JobEntry } from '../job/job-entry.js';
import { dateOf, quoted, timeText, type Finding } from './finding.js';
import { isUsed, type Situation } from './situation.js';

/** Nobody knows the name. */
export function noSuchJob(situation: Situation): Finding | undefined {
  const { state, view } = situation;
  const isAbsent = state === 'notFound' || state === 'empty';
  if (!isAbsent || !view.name || isUsed(view)) return undefined;
  return {
    effect: 'ends',
    text: `Nobody has ever registered or enqueued a job named ${quoted(situation)}.`,
    remedy: 'Compare the name with those of client.queues.list() or of the Queues page.',
  };
}

/** The job is not where it was searched. */
export function notFound({ state, asked, view }: Situation): Finding | undefined {
  if (state !== 'notFound') return undefined;
  if (asked.kind === 'claim' && !view.claim.exists) return UNCLAIMED;
  const { entries, total } = view.searched;
  if (entries >= total) return ABSENT;
  return {
    effect: 'ends',
    text: `The job is not among the ${entries} entries that were searched, of ${total}. Only both ends of a long queue or set are searched.`,
    remedy:
      'Ask with the name of the job, { id, job }, to search its queue further; or use the Search page.',
  };
}

const UNCLAIMED: Finding = {
  effect: 'ends',
  text: 'No job holds the claim of this key, so none waits with it.',
  remedy: 'Enqueue the job with enqueuer.enqueue(); the claim is free.',
};

const ABSENT: Finding = {
  effect: 'ends',
  text: 'The job is in no queue, no set and no pool: it is done, was deleted, or never existed.',
  remedy:
    'Look for its run in the logs; client.metrics() and the Metrics page count finished jobs.',
};

/** A pool has the job in progress. */
export function running({ state, asked, view }: Situation): Finding | undefined {
  if (state !== 'running') return undefined;
  const { place, job, now } = view;
  const by = [{ poolId: place?.poolId, host: job.host, jobId: job.id }];
  const where = `pool ${place?.poolId ?? ''}${job.host === undefined ? '' : ` on host ${job.host}`}`;
  const age = job.beatAt === undefined ? Infinity : Math.floor(now / 1000) - job.beatAt;
  if (age > asked.deadAfter) return { ...diedUnder(where), by };
  return {
    effect: 'runs',
    text: `The job is in progress in ${where}.`,
    since: dateOf(job.startedAt),
    by,
    remedy: 'Nothing needs to be done. client.cancel(id) and the Running page end the job.',
  };
}

function diedUnder(where: string): Finding {
  return {
    effect: 'runs',
    text: `The job is in progress in ${where}, which no longer beats.`,
    remedy:
      'Within seconds, any running pool of the namespace returns the job to its queue. Start one if none runs; the Pools page lists them.',
  };
}

/** The job is marked as cancelled. */
export function cancelled({ state, view }: Situation): Finding | undefined {
  if (!view.job.isCancelled) return undefined;
  if (state === 'running') {
    return {
      effect: 'notes',
      text: 'The job was cancelled, and its handler has not ended yet.',
      remedy: 'Pass job.signal to everything for which the handler waits.',
    };
  }
  return {
    effect: 'ends',
    text: 'The job was cancelled. It is dropped when its turn comes.',
    remedy: 'If the job must run, enqueue it again with enqueuer.enqueue().',
  };
}

/** The job has no retries left. */
export function dead({ state, view, entry }: Situation): Finding | undefined {
  if (state !== 'dead') return undefined;
  return {
    effect: 'ends',
    text: `The job is dead after ${counted(entry?.fails ?? 0, 'failure')}. It stays among the dead jobs and does not run.`,
    since: dateOf(view.place?.at),
    remedy:
      'Remove the cause of its error, then call client.dead.runNow(job) or use the Dead page.',
    error: errorOf(entry),
  };
}

/** The job waits for its time. */
export function scheduledUntil({ state, due }: Situation): Finding | undefined {
  if (state !== 'scheduled' || due === undefined) return undefined;
  const until = new Date(due);
  return {
    effect: 'passes',
    text: `The job enters its queue at ${timeText(until)}.`,
    until,
    remedy: 'To run it earlier, call client.scheduled.runNow(job) or use the Scheduled page.',
  };
}

/** The job waits for its retry. */
export function retryUntil({ state, due, entry }: Situation): Finding | undefined {
  if (state !== 'retry' || due === undefined) return undefined;
  const until = new Date(due);
  const fails = counted(entry?.fails ?? 0, 'time');
  return {
    effect: 'passes',
    text: `The job has failed ${fails} and enters its queue again at ${timeText(until)}.`,
    since: entry?.failedAt ? dateOf(entry.failedAt) : undefined,
    until,
    remedy: 'To run it earlier, call client.retries.runNow(job) or use the Retries page.',
    error: errorOf(entry),
  };
}

/** The job is stored under the claim of an equal job that runs, or an unknown job holds the asked claim. */
export function claimHeldBy({ state, asked, view }: Situation): Finding | undefined {
  const { owner, lasts, exists } = view.claim;
  const until = lasts === undefined ? undefined : new Date(view.now + lasts);
  if (state === 'held') {
    return {
      effect: 'passes',
      text: `Job ${owner ?? ''} holds the claim until it ends. This job then enters its queue.`,
      until,
      by: [{ jobId: owner }],
      remedy: 'Wait for that job; client.cancel(id) ends it.',
    };
  }
  if (state !== 'notFound' || asked.kind !== 'claim' || !exists) return undefined;
  return {
    effect: 'notes',
    text:
      owner === undefined
        ? 'The claim of this key exists, and its job is unknown. While it lasts, equal jobs are duplicates.'
        : `Job ${owner} holds the claim of this key. While it lasts, equal jobs are duplicates.`,
    until,
    by: owner === undefined ? undefined : [{ jobId: owner }],
    remedy: 'The claim ends with its job, or at its time. A job with another key is not affected.',
  };
}

/** Jobs that are enqueued with the asked key change the waiting job. */
export function collapsedInto({ state, asked, view }: Situation): Finding | undefined {
  const isWaiting = state === 'queued' || state === 'scheduled' || state === 'retry';
  if (asked.kind !== 'claim' || !isWaiting) return undefined;
  return {
    effect: 'notes',
    text: `Jobs that are enqueued with this key while job ${view.job.id} waits replace its arguments, and have no place of their own.`,
    by: [{ jobId: view.job.id }],
    remedy: 'Enqueue with another key, or without `unique`, if each job must run.',
  };
}

/** Processes have died under the job, or its entry is not a job. */
export function poison({ view, entry }: Situation): Finding | undefined {
  if (view.place && !entry) {
    return {
      effect: 'notes',
      text: 'The entry is not a job. The pool that fetches it moves it to the dead jobs.',
      remedy: 'Look for the program that writes it. client.integrity() lists such entries.',
    };
  }
  const { deaths } = view.job;
  if (deaths === 0) return undefined;
  return {
    effect: 'notes',
    text: `${counted(deaths, 'process has', 'processes have')} died while running the job. At the pool's maxDeaths, the job is dead.`,
    remedy: 'Look for the cause in the logs of these processes, such as memory that ran out.',
  };
}

function errorOf(entry: JobEntry | undefined): string | undefined {
  return entry?.lastError === '' ? undefined : entry?.lastError;
}
