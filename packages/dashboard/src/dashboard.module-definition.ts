import { ConfigurableModuleBuilder } from '@nestjs/common';
import { controllersAt } from './controllers.js';
import type { WorkDashboardExtras, WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';

/** What `WorkDashboardModule` is built on. */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WorkDashboardOptions>({
  moduleName: 'WorkDashboard',
  optionsInjectionToken: WORK_DASHBOARD_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<WorkDashboardExtras>({ path: 'work' }, (definition, { path = 'work' }) => ({
    ...definition,
    controllers: controllersAt(path),
  }))
  .build();
