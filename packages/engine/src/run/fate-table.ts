import type { RunResult } from '../metrics/tally.js';
import type { Fate } from './fate.js';
import type { ScheduleResult } from './schedule-result.js';

/** The consequences of a fate's kind. */
export interface FateTraits {
  /** The result that metrics count; `undefined` if the job neither succeeded nor failed. */
  readonly runResult: RunResult | undefined;
  /** The result of the job's schedule; `undefined` keeps the previous result. */
  readonly scheduleResult: ScheduleResult['result'] | undefined;
  /** The level at which the pool logs the fate; `undefined` for no log line. */
  readonly logLevel: 'log' | 'warn' | 'error' | undefined;
  /**
   * The treatment of the keys beside the job's entry: its attempts, deaths, claim and carrier. `forget` deletes them, because
   * the job is no longer in any list. `renew` extends their life, because the job may run again, even by hand. `leave` keeps
   * them unchanged, because the job runs again immediately.
   */
  readonly traces: 'forget' | 'renew' | 'leave';
}

/**
 * Defines, in one place, the meaning of each fate for metrics, schedules, logs and bookkeeping. A dropped job has failed: it
 * counts as a failure and is logged as an error, but it is not among the dead jobs.
 */
export const FATES: Readonly<Record<Fate['kind'], FateTraits>> = {
  done: { runResult: 'done', scheduleResult: 'done', logLevel: undefined, traces: 'forget' },
  retry: { runResult: 'failed', scheduleResult: 'failed', logLevel: 'warn', traces: 'renew' },
  dead: { runResult: 'dead', scheduleResult: 'dead', logLevel: 'error', traces: 'renew' },
  dropped: { runResult: 'failed', scheduleResult: 'dropped', logLevel: 'error', traces: 'forget' },
  cancelled: {
    ...{ runResult: undefined, scheduleResult: 'cancelled', logLevel: 'log', traces: 'forget' },
  },
  snoozed: {
    ...{ runResult: undefined, scheduleResult: undefined, logLevel: undefined, traces: 'renew' },
  },
  putBack: {
    ...{ runResult: undefined, scheduleResult: undefined, logLevel: undefined, traces: 'leave' },
  },
};

/** Returns whether the job is no longer in any list, including the dead jobs. */
export function isGone({ kind }: Fate): boolean {
  return FATES[kind].traces === 'forget';
}
