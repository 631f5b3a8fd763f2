/** The options given to `WorkDashboardModule`. */
export const WORK_DASHBOARD_OPTIONS = Symbol('WORK_DASHBOARD_OPTIONS');

/** The class of the controller that was made for a dashboard. */
export const WORK_DASHBOARD_CONTROLLER = Symbol('WORK_DASHBOARD_CONTROLLER');
