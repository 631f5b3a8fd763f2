/** The options given to `WorkDashboardModule`. */
export const WORK_DASHBOARD_OPTIONS = Symbol('WORK_DASHBOARD_OPTIONS');
