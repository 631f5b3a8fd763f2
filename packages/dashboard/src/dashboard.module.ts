import {
  Inject,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { assertAsyncOptions, optionRules } from '@nestcraft/work/internal';
import { Access } from './requests/access.js';
import { Assets } from './page/assets.js';
import { Audit } from './requests/audit.js';
import { BusyWorkers } from './views/busy-workers.js';
import { routeBelow, type DashboardController } from './controllers/dashboard.controller.js';
import { ConfigurableModuleClass } from './dashboard.module-definition.js';
import {
  DASHBOARD_EXTRAS,
  DASHBOARD_OPTIONS,
  type DashboardRequest,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './options/dashboard-options.js';
import { WORK_DASHBOARD_CONTROLLER } from './options/dashboard.tokens.js';
import { Dispatcher } from './requests/dispatcher.js';
import { Cache } from './views/cache.js';
import { BulkTasks } from './bulk/bulk-tasks.js';
import { Periodic } from './views/periodic.js';
import { Permissions } from './security/permissions.js';
import { Presenters } from './views/presenter.js';
import { Redactor } from './security/redactor.js';
import { ROUTE_CLASSES, routerProvider } from './controllers/router.provider.js';
import { Searches } from './search/searches.js';
import { Sender } from './http/sender.js';
import { SignIn } from './security/sign-in.js';
import { Snapshots } from './views/snapshots.js';
import { DashboardTiming } from './options/timing.js';

/**
 * The dashboard: a page and its JSON API, served by a controller of the application, so that the application's guards
 * apply. Requires `WorkModule` and uses its `Client`. Works with Express and Fastify.
 *
 * Without `authenticate` the dashboard is closed, unless `insecureAllowAll` is true.
 *
 * @example
 * ```ts
 * WorkDashboardModule.forRoot({
 *   path: 'admin/jobs',
 *   authenticate: basicAuth({ username: 'ops', password: process.env.JOBS_PASSWORD }),
 * })
 * ```
 */
@Module({
  providers: [
    Access,
    Assets,
    Audit,
    BusyWorkers,
    DashboardTiming,
    Dispatcher,
    Cache,
    BulkTasks,
    Periodic,
    Permissions,
    Presenters,
    Redactor,
    routerProvider,
    ...ROUTE_CLASSES,
    Searches,
    Sender,
    SignIn,
    Snapshots,
  ],
})
export class WorkDashboardModule extends ConfigurableModuleClass implements NestModule {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(WORK_DASHBOARD_CONTROLLER) private readonly controller: Type<DashboardController>,
  ) {
    super();
  }

  /**
   * @param options `path` (default `work`), `authenticate`, `authorize`, `redact` and others. The types of the request
   * and the user are inferred from `authenticate`.
   */
  static override forRoot<Request = DashboardRequest, User extends DashboardUser = DashboardUser>(
    options: WorkDashboardOptions<Request, User> & WorkDashboardExtras = {},
  ): DynamicModule {
    optionRules.assertOptions('WorkDashboardModule.forRoot', options, DASHBOARD_OPTIONS);
    return super.forRoot(options);
  }

  /**
   * Like `forRoot`, with options from a factory; `path`, `instance` and `decorators` are given beside it.
   *
   * @throws InvalidOptionError
   */
  static override forRootAsync<
    Request = DashboardRequest,
    User extends DashboardUser = DashboardUser,
  >(
    options: ConfigurableModuleAsyncOptions<WorkDashboardOptions<Request, User>> &
      WorkDashboardExtras,
  ): DynamicModule {
    assertAsyncOptions('WorkDashboardModule.forRootAsync', options, DASHBOARD_EXTRAS);
    return super.forRootAsync(
      options as ConfigurableModuleAsyncOptions<WorkDashboardOptions> & WorkDashboardExtras,
    );
  }

  /** Called by Nest when the application has its adapter, before it creates its routes. */
  configure(): void {
    routeBelow(this.controller, this.adapterHost.httpAdapter.getType());
  }
}
