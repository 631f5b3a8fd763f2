import { duration, type Duration } from '../options/duration.js';
import { assertOptions, type OptionTable } from '../options/option-rules.js';

/**
 * How often a pool does its background work. The defaults suit production; tests shorten them. Each time is a number of
 * milliseconds, or a text such as `30s`, from 1 ms to the 24.8 days that a timer can wait.
 */
export interface PoolTiming {
  /** Between heartbeats; default 5 s. Other pools take a pool for dead when its last beat is 10 s old. */
  readonly heartbeat?: Duration | undefined;
  /** Until a process whose event loop is blocked is taken for hung, and its heartbeat ends; default 5 min. */
  readonly stuckAfter?: Duration | undefined;
  /** Between looks for dead pools; default 2.5 s. */
  readonly reap?: Duration | undefined;
  /** Between audits of the jobs that the pool has in progress; default 60 s. */
  readonly audit?: Duration | undefined;
  /** Between writes of the metrics that charts show; default 10 s. */
  readonly metrics?: Duration | undefined;
  /** Between looks for jobs to rescue, with `rescueUnknownJobs`; default 30 s. */
  readonly rescue?: Duration | undefined;
  /** Between writes of what the workers do; default 1 s. */
  readonly observe?: Duration | undefined;
  /** Until an idle pool looks for jobs that Redis did not announce; default 2 s. */
  readonly safetyPoll?: Duration | undefined;
  /** Until a command that Redis does not answer fails; default 5 s. */
  readonly commandTimeout?: Duration | undefined;
}

const TIME = duration(1);

/** The rules of the times. */
export const TIMING: OptionTable<PoolTiming> = {
  ...{ heartbeat: TIME, stuckAfter: TIME, reap: TIME, audit: TIME, metrics: TIME },
  ...{ rescue: TIME, observe: TIME, safetyPoll: TIME, commandTimeout: TIME },
};

/** @throws InvalidOptionError for a time that no timer can wait for, and for an unknown name */
export function assertTiming(timing: PoolTiming): void {
  assertOptions('WorkerPool', timing, TIMING, 'timing');
}
