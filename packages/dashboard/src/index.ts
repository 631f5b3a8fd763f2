export { basicAuth, type BasicAuthOptions } from './security/basic-auth.js';
export { type DashboardAction, type DashboardResource } from './options/actions.js';
export {
  type Authenticate,
  type DashboardEvent,
  type DashboardRequest,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './options/dashboard-options.js';
export { WorkDashboardModule } from './dashboard.module.js';
