import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { Client, Enqueuer, getClientToken, getEnqueuerToken } from '@nestcraft/work';
import { optionRules } from '@nestcraft/work/internal';
import { controllerAt } from './controllers/dashboard.controller.js';
import {
  INJECTED_OPTIONS,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './options/dashboard-options.js';
import { WORK_DASHBOARD_CONTROLLER, WORK_DASHBOARD_OPTIONS } from './options/dashboard.tokens.js';

/** The base class of `WorkDashboardModule`. */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WorkDashboardOptions>({
  moduleName: 'WorkDashboard',
  optionsInjectionToken: WORK_DASHBOARD_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<WorkDashboardExtras>({ path: 'work', instance: undefined, decorators: [] }, withExtras)
  .build();

function withExtras(
  definition: DynamicModule,
  { path = 'work', instance, decorators = [] }: WorkDashboardExtras,
): DynamicModule {
  const controller = controllerAt(path, decorators);
  return {
    ...definition,
    providers: [
      ...(definition.providers ?? []).map(checking),
      ...(instance === undefined ? [] : of(instance)),
      { provide: WORK_DASHBOARD_CONTROLLER, useValue: controller },
    ],
    controllers: [controller],
  };
}

/** Wraps a factory's provider so that its result is checked. */
function checking(provider: Provider): Provider {
  if (!('useFactory' in provider) || provider.provide !== WORK_DASHBOARD_OPTIONS) return provider;
  const { useFactory, ...rest } = provider;
  return {
    ...rest,
    useFactory: async (...args: unknown[]): Promise<WorkDashboardOptions> => {
      const options: unknown = await useFactory(...args);
      optionRules.assertOptions('WorkDashboardModule.forRootAsync', options, INJECTED_OPTIONS);
      return options;
    },
  };
}

/** Provides the instance's parts under the classes that the dashboard injects. */
function of(instance: string): Provider[] {
  return [
    { provide: Client, useExisting: getClientToken(instance) },
    { provide: Enqueuer, useExisting: getEnqueuerToken(instance) },
  ];
}
