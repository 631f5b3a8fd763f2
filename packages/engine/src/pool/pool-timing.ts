import { amount, assertOptions, LONGEST_TIMER, type OptionTable } from '../options/option-rules.js';

/**
 * How often things happen, in milliseconds. The defaults suit production; tests shorten them. Each is 1 to
 * 2147483647, which is what a timer can wait.
 */
export interface PoolTiming {
  /** Between heartbeats; default 5000. Others take a pool for dead that has not beaten for 10000. */
  readonly heartbeat?: number | undefined;
  /** Until a process whose event loop is busy is taken for hung, and its heartbeat ends; default 300000. */
  readonly stuckAfter?: number | undefined;
  /** Between looks for dead pools; default 2500. */
  readonly reap?: number | undefined;
  /** Between audits of what the pool has in progress; default 60000. */
  readonly audit?: number | undefined;
  /** Between writes of what the jobs have done, for charts; default 10000. */
  readonly metrics?: number | undefined;
  /** Between looks for jobs to rescue; default 30000. */
  readonly rescue?: number | undefined;
  /** Between writes of what the workers do; default 1000. */
  readonly observe?: number | undefined;
  /** Until an idle pool looks for jobs that nobody announced; default 2000. */
  readonly safetyPoll?: number | undefined;
  /** Until a command that Redis does not answer fails; default 5000. */
  readonly commandTimeout?: number | undefined;
}

const TIME = amount('milliseconds', 1, LONGEST_TIMER);

/** What the times may be. */
export const TIMING: OptionTable<PoolTiming> = {
  ...{ heartbeat: TIME, stuckAfter: TIME, reap: TIME, audit: TIME, metrics: TIME },
  ...{ rescue: TIME, observe: TIME, safetyPoll: TIME, commandTimeout: TIME },
};

/** @throws InvalidOptionError for a time that no timer can wait, and for a name that is none of `PoolTiming`'s */
export function assertTiming(timing: PoolTiming): void {
  assertOptions('WorkerPool', timing, TIMING, 'timing');
}
