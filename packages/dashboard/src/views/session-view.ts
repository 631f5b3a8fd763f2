import type { DashboardAction } from '../options/actions.js';

/** The user's session. */
export interface SessionView {
  /** The actions that the user may take, as far as is known without a job or a queue. */
  readonly actions: readonly DashboardAction[];
  readonly readOnly: boolean;
  readonly namespace: string;
}
