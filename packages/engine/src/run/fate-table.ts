import type { RunResult } from '../metrics/tally.js';
import type { Fate } from './fate.js';
import type { ScheduleResult } from './schedule-result.js';

/** Everything that follows from the kind of a fate alone. */
export interface FateTraits {
  /** How metrics count the run; `undefined`: not at all, because the job neither succeeded nor failed. */
  readonly runResult: RunResult | undefined;
  /** How the last run of the job's schedule ended; `undefined`: the result before it stands. */
  readonly scheduleResult: ScheduleResult['result'] | undefined;
  /** The level at which the pool logs it; `undefined`: the pool logs nothing. */
  readonly logLevel: 'log' | 'warn' | 'error' | undefined;
  /**
   * What happens to the keys beside the job's entry: its attempts, deaths, claim and carrier. `forget`: the job is in no
   * list any more, so they are deleted. `renew`: the job may run again, even by hand, so they last longer. `leave`: the
   * job runs again at once, so they stay as they are.
   */
  readonly traces: 'forget' | 'renew' | 'leave';
}

/**
 * The one place that says what each fate means for metrics, schedules, logs and bookkeeping. A job that is dropped has
 * failed: it counts as a failure and is logged as an error, but it is not among the dead jobs.
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

/** Whether the job is in no list any more, the dead jobs included. */
export function isGone({ kind }: Fate): boolean {
  return FATES[kind].traces === 'forget';
}
