import type { Attempt, JobDetail } from './api';
import { isTime, plural } from './format';

/** A past or future event of a job with its time in seconds, or a note about unknown ones. */
export type TimelineItem =
  | { readonly kind: 'state' | 'enqueued'; readonly title: string; readonly at: number | undefined }
  | {
      readonly kind: 'failure';
      /** The number of the failure; the first is 1. */
      readonly number: number;
      readonly at: number;
      readonly error: string;
      readonly attempt?: Attempt;
    }
  | { readonly kind: 'note'; readonly text: string };

type Failure = TimelineItem & { readonly kind: 'failure' };

/**
 * Returns the known events of a job, latest first. Its entry records when it last entered its queue: each retry
 * overwrites this, so the first time is not kept.
 *
 * @param state the job's current state, such as dead since a given time
 */
export function timelineOf(
  job: JobDetail,
  state?: { readonly title: string; readonly at: number | undefined },
): TimelineItem[] {
  const failures = failuresOf(job);
  const after = failures.filter(({ at }) => isAfter(at, job));
  const before = failures.slice(after.length);
  const hadFailed = before.length > 0 || job.fails > failures.length;
  const enqueued: TimelineItem = {
    ...{ kind: 'enqueued', title: hadFailed ? 'Last enqueued' : 'Enqueued', at: job.enqueuedAt },
  };
  return [
    ...(state ? [{ kind: 'state' as const, ...state }] : []),
    ...after,
    enqueued,
    ...before,
    ...notesOf(job, failures),
    ...(hadFailed
      ? [{ kind: 'note' as const, text: 'The time at which it was first enqueued is not kept.' }]
      : []),
  ];
}

/**
 * Returns the failures, newest first. The last one may be known only from the entry, if the job failed in Go or its
 * attempts have expired.
 */
function failuresOf({ attempts, failedAt, fails, error = '' }: JobDetail): Failure[] {
  const known = attempts.map((attempt): Failure => {
    const { at, error: text, fails: number } = attempt;
    return { kind: 'failure', number, at, error: text, attempt };
  });
  const hasLast = attempts.some((one) => one.at === failedAt || one.fails === fails);
  if (!isTime(failedAt) || failedAt === 0 || hasLast) return known.toSorted((a, b) => b.at - a.at);
  const last: Failure = { kind: 'failure', number: fails, at: failedAt, error };
  return [last, ...known].toSorted((a, b) => b.at - a.at);
}

/**
 * Returns whether a failure came after enqueuing. In the second in which a job was enqueued, a waiting job failed
 * before that, and any other job after it.
 */
function isAfter(at: number, { enqueuedAt, position }: JobDetail): boolean {
  if (!isTime(enqueuedAt)) return true;
  return position === undefined ? at >= enqueuedAt : at > enqueuedAt;
}

function notesOf({ fails }: JobDetail, failures: readonly Failure[]): TimelineItem[] {
  const unknown = fails - failures.length;
  const isEarlier = unknown === (failures.at(-1)?.number ?? 0) - 1;
  const notes = [
    unknown > 0 && `${plural(unknown, isEarlier ? 'earlier failure' : 'other failure')}.`,
    unknown > 0 &&
      'The last ten failures are kept for a week. For jobs that fail in Go, only the last one is kept.',
  ];
  return notes.flatMap((text) => (text === false ? [] : [{ kind: 'note', text }]));
}
