export { basicAuth, type BasicAuthOptions } from './security/basic-auth.js';
export {
  type Authenticate,
  type DashboardAction,
  type DashboardEvent,
  type DashboardRequest,
  type DashboardResource,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './options/dashboard-options.js';
export { WorkDashboardModule } from './dashboard.module.js';
