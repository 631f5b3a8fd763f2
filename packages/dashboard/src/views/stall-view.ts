/** The kinds of stalls that a fleet notes. */
export const STALL_KINDS = ['fetch', 'beat', 'waiting', 'unhandled', 'dead', 'schedule'] as const;

/** Work that does not go on, as an alert tells it. Times are in seconds since the epoch. */
export interface StallView {
  readonly kind: (typeof STALL_KINDS)[number];
  /** The job's name, or the id of the schedule. */
  readonly subject: string | undefined;
  readonly since: number;
  readonly text: string;
  readonly remedy: string;
}

/** A stall; with an end if work goes on again. */
export interface LoggedStallView extends StallView {
  readonly recoveredAt: number | undefined;
}
