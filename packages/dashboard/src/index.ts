export {
  type DashboardAction,
  type DashboardRequest,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './dashboard-options.js';
export { WorkDashboardModule } from './dashboard.module.js';
