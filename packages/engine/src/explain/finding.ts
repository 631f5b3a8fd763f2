import type { HandlingPool } from '../scripts/explain-scripts.js';
import type { Reason, ReasonHolder } from './explanation.js';
import type { Situation } from './situation.js';

/**
 * What a reason means for the job: it passes without help, it blocks the job until somebody acts, the job runs, the job
 * is over, or the reason is only worth knowing.
 */
export type Effect = 'passes' | 'blocks' | 'runs' | 'ends' | 'notes';

/** A reason that applies. Its code is its name in the table. */
export interface Finding extends Omit<Reason, 'code'> {
  readonly effect: Effect;
}

/** Returns the finding of a reason, if it applies. */
export type Rule = (situation: Situation) => Finding | undefined;

const MAX_LISTED = 10;

/** Returns pools as a reason lists them. */
export function listed(pools: readonly HandlingPool[]): readonly ReasonHolder[] {
  return pools.slice(0, MAX_LISTED).map(({ id, host }) => ({ poolId: id, host }));
}

/** Returns the Date of a score or another number of seconds; `undefined` if there is none. */
export function dateOf(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}

/** Shows a date to the second. */
export function timeText(date: Date): string {
  if (Number.isNaN(date.getTime())) return 'a time that no calendar has';
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Returns the name in quotes, as texts show it: without control characters, which another program may have put there. */
export function quoted({ view }: Situation): string {
  return JSON.stringify(view.jobName ?? '');
}
