import type { DashboardAction } from '../options/actions.js';

/** The user's session. */
export interface SessionView {
  /** The actions that the user may take in general, before a job or queue is chosen. */
  readonly actions: readonly DashboardAction[];
  readonly readOnly: boolean;
  readonly namespace: string;
}
