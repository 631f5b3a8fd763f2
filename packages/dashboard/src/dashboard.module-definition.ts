import { ConfigurableModuleBuilder, type Provider } from '@nestjs/common';
import { Client, Enqueuer, getClientToken, getEnqueuerToken } from '@nestcraft/work';
import { controllersAt } from './controllers.js';
import type { WorkDashboardExtras, WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';

/** What `WorkDashboardModule` is built on. */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WorkDashboardOptions>({
  moduleName: 'WorkDashboard',
  optionsInjectionToken: WORK_DASHBOARD_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<WorkDashboardExtras>({ path: 'work' }, (definition, { path = 'work', instance }) => ({
    ...definition,
    providers: [...(definition.providers ?? []), ...(instance === undefined ? [] : of(instance))],
    controllers: controllersAt(path),
  }))
  .build();

/** What the dashboard injects by class is, here, that of the instance. */
function of(instance: string): Provider[] {
  return [
    { provide: Client, useExisting: getClientToken(instance) },
    { provide: Enqueuer, useExisting: getEnqueuerToken(instance) },
  ];
}
