import { firings, lastFiring, type PeriodicJob } from './periodic-job.js';

/** How far ahead firings are added, in seconds: as far as gocraft/work does. */
export const HORIZON = 240;

/**
 * By how many seconds Redis's clock may differ from what it was: when a replica takes over, or the time is set. What
 * was noted with such a clock is believed; what lies further ahead than any pool could have written was noted while
 * the clock was wrong.
 */
export const CLOCKS_DIFFER = 15;

/** What a pool knows when it plans. Times in seconds since the epoch. */
export interface FiringKnowledge {
  readonly now: number;
  /** The last firing that was added, by whomever; NaN if there is none. */
  readonly last: number;
  /** The last firing that was moved to its queue; NaN if there is none. */
  readonly moved: number;
  /** No pool was at work for a while: what was added last is late, and what follows never was. */
  readonly wasDown: boolean;
}

/** What is to be done about a schedule's firings. Times in seconds since the epoch. */
export interface FiringPlan {
  /** The last firing as it was noted, if it is to be forgotten; else empty. */
  readonly wrong: string;
  /** To be taken away. */
  readonly stale: readonly number[];
  /** Those that may wait still although they are due. */
  readonly late: readonly number[];
  /** To be added, those that come after the last one. */
  readonly times: readonly number[];
}

/** Decides which firings of a schedule are to be added now, and which are not wanted any more. */
export function planFirings(
  { schedule, missed }: Pick<PeriodicJob, 'schedule' | 'missed'>,
  { now, last, moved, wasDown }: FiringKnowledge,
): FiringPlan {
  const times = [...firings(schedule, now, now + HORIZON)];
  const late = [...firings(schedule, now - HORIZON, now)];
  const believable = now + HORIZON + CLOCKS_DIFFER;
  if (last > believable || moved > now + CLOCKS_DIFFER) {
    // What stands far ahead does not stay: should the schedule change or end, nobody would know of it any more.
    const ahead = [...firings(schedule, Math.max(believable, last - 2 * HORIZON), last)];
    return { wrong: Number.isNaN(last) ? '' : String(last), stale: ahead, late, times };
  }
  if (!wasDown || !(last < now)) return { wrong: '', stale: [], late, times };
  const stale = [...firings(schedule, last - HORIZON, last)];
  if (missed === 'skip') return { wrong: '', stale, late, times };
  const missedLast = lastFiring(schedule, last, now);
  if (missedLast === undefined) return { wrong: '', stale: stale.slice(0, -1), late, times };
  return { wrong: '', stale, late, times: [missedLast, ...times] };
}
