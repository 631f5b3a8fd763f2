export { basicAuth, type BasicAuthOptions } from './basic-auth.js';
export {
  type Authenticate,
  type DashboardAction,
  type DashboardEvent,
  type DashboardRequest,
  type DashboardResource,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './dashboard-options.js';
export { WorkDashboardModule } from './dashboard.module.js';
