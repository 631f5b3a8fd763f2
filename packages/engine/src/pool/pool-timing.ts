import { duration } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import { assertOptions, type OptionTable } from '../options/option-rules.js';

/**
 * The intervals of a pool's background work. The defaults suit production; tests shorten them. Each is a number of
 * milliseconds, or a text such as `30s`, from 1 ms to 24.8 days, the longest timer.
 */
export interface PoolTiming {
  /** The interval between heartbeats; default 5 s. Other pools take a pool for dead when its last beat is 10 s old. */
  readonly heartbeat?: Duration | undefined;
  /** How long the event loop may be blocked before the process counts as hung and its heartbeat ends; default 5 min. */
  readonly stuckAfter?: Duration | undefined;
  /** The interval between checks for dead pools; default 2.5 s. */
  readonly reap?: Duration | undefined;
  /** The interval between audits of the pool's jobs in progress; default 60 s. */
  readonly audit?: Duration | undefined;
  /** The interval between writes of the metrics for charts; default 10 s. */
  readonly metrics?: Duration | undefined;
  /** The interval between checks for jobs to rescue, with `rescueUnknownJobs`; default 30 s. */
  readonly rescue?: Duration | undefined;
  /** The interval between writes of the workers' states; default 1 s. */
  readonly observe?: Duration | undefined;
  /** How long an idle pool rests before it checks for jobs that Redis did not announce; default 2 s. */
  readonly safetyPoll?: Duration | undefined;
  /** The timeout of a command that Redis does not answer; default 5 s. */
  readonly commandTimeout?: Duration | undefined;
}

const TIME = duration(1);

/** The rules of the times. */
export const TIMING: OptionTable<PoolTiming> = {
  ...{ heartbeat: TIME, stuckAfter: TIME, reap: TIME, audit: TIME, metrics: TIME },
  ...{ rescue: TIME, observe: TIME, safetyPoll: TIME, commandTimeout: TIME },
};

/** @throws InvalidOptionError for a time that exceeds the longest timer, and for an unknown name */
export function assertTiming(timing: PoolTiming): void {
  assertOptions('WorkerPool', timing, TIMING, 'timing');
}
