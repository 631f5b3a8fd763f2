/** The options given to `WorkDashboardModule`. */
export const WORK_DASHBOARD_OPTIONS = Symbol('WORK_DASHBOARD_OPTIONS');

/** The token of a dashboard's controller class. */
export const WORK_DASHBOARD_CONTROLLER = Symbol('WORK_DASHBOARD_CONTROLLER');
