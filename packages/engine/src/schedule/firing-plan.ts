import { firings, lastFiring, type PeriodicJob } from './periodic-job.js';

/** How far ahead firings are added, in seconds; the same as in gocraft/work. */
export const HORIZON = 240;

/**
 * The tolerance for jumps of Redis's clock, in seconds: when a replica takes over, or the time is set. Notes within it
 * are trusted. A note further ahead than any pool could have written was made while the clock was wrong.
 */
export const CLOCKS_DIFFER = 15;

/** The state from which a pool plans firings. Times are in seconds since the epoch. */
export interface FiringKnowledge {
  readonly now: number;
  /** The last firing that any process added; NaN if there is none. */
  readonly last: number;
  /** The last firing moved to its queue; NaN if there is none. */
  readonly moved: number;
  /** Whether no pool has run for a while: the last firings added are late, and the following ones were never added. */
  readonly wasDown: boolean;
}

/** The actions for a schedule's firings. Times are in seconds since the epoch. */
export interface FiringPlan {
  /** The recorded last firing if it is wrong and must be deleted; otherwise empty. */
  readonly wrong: string;
  /** Firings to remove. */
  readonly stale: readonly number[];
  /** Due firings that may still be waiting. */
  readonly late: readonly number[];
  /** Firings to add, of which only those after the last one are added. */
  readonly times: readonly number[];
}

/** Decides which firings of a schedule to add now, and which to remove. */
export function planFirings(
  { schedule, missed }: Pick<PeriodicJob, 'schedule' | 'missed'>,
  { now, last, moved, wasDown }: FiringKnowledge,
): FiringPlan {
  const times = [...firings(schedule, now, now + HORIZON)];
  const late = [...firings(schedule, now - HORIZON, now)];
  const believable = now + HORIZON + CLOCKS_DIFFER;
  if (last > believable || moved > now + CLOCKS_DIFFER) {
    // Firings far ahead are removed: if the schedule changed or ended, no pool would know of them.
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
