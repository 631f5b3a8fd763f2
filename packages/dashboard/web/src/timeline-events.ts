import type { Attempt, JobDetail } from './api';
import { isTime, plural } from './format';

/** Something that happened to a job, or will, with its time in seconds; or a remark on what is not known. */
export type TimelineItem =
  | { readonly kind: 'state' | 'enqueued'; readonly title: string; readonly at: number | undefined }
  | {
      readonly kind: 'failure';
      /** Which one it was; of the first it is 1. */
      readonly number: number;
      readonly at: number;
      readonly error: string;
      readonly attempt?: Attempt;
    }
  | { readonly kind: 'note'; readonly text: string };

type Failure = TimelineItem & { readonly kind: 'failure' };

/**
 * What is known of a job's life, the latest first. Its entry tells when it went into its queue for the last time: each
 * retry writes that anew, and nothing keeps the first time.
 *
 * @param state what the job is now, such as dead since that time
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
      ? [{ kind: 'note' as const, text: 'When it was first enqueued is not kept.' }]
      : []),
  ];
}

/** The newest first. The last one may be known from the entry alone: where it failed in Go, or attempts have expired. */
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

/** In the second in which a job was enqueued, one that waits had failed before, and any other has failed since. */
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
      'The last ten failures are kept for a week; of jobs that fail in Go, only the last one.',
  ];
  return notes.flatMap((text) => (text === false ? [] : [{ kind: 'note', text }]));
}
