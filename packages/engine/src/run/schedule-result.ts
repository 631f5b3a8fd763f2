import type { Fate } from './fate.js';
import { firingOf } from '../job/firing-id.js';

/** How the last job of a schedule ended. */
export interface ScheduleResult {
  readonly jobId: string;
  readonly result: 'done' | 'failed' | 'dead' | 'cancelled';
  /** When it ended, to the second. */
  readonly at: Date;
  /** Milliseconds that its last run took. */
  readonly duration: number;
  /** Why it failed, if it did. */
  readonly error: string | undefined;
}

const RESULTS = {
  ...{ done: 'done', retry: 'failed', dropped: 'dead', dead: 'dead' },
  cancelled: 'cancelled',
} as const;

/** What is to be remembered of a run, if it was one of a schedule: under which schedule, and a JSON text. */
export function scheduleResultOf(
  jobId: string,
  fate: Fate,
  { now, duration }: { now: number; duration: number },
): { schedule: string; text: string } | undefined {
  if (!jobId.startsWith('periodic:')) return undefined;
  const schedule = firingOf(jobId)?.schedule;
  if (schedule === undefined || fate.kind === 'snoozed' || fate.kind === 'putBack')
    return undefined;
  const error = 'failure' in fate ? fate.failure.error : undefined;
  const result = RESULTS[fate.kind];
  return { schedule, text: JSON.stringify({ jobId, result, at: now, duration, error }) };
}

/** What `scheduleResultOf` wrote; `undefined` for anything else. */
export function parseScheduleResult(text: string): ScheduleResult | undefined {
  try {
    const { jobId, result, at, duration, error } = JSON.parse(text) as Partial<
      Omit<ScheduleResult, 'at'> & { at: number }
    >;
    const isOne = typeof jobId === 'string' && typeof result === 'string';
    if (!isOne || typeof at !== 'number' || typeof duration !== 'number') return undefined;
    const reason = typeof error === 'string' ? error : undefined;
    return { jobId, result, at: new Date(at * 1000), duration, error: reason };
  } catch {
    return undefined;
  }
}
