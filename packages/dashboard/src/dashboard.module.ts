import {
  Inject,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { assertAsyncOptions, optionRules } from '@nestcraft/work';
import { Access } from './access.js';
import { Assets } from './assets.js';
import { Audit } from './audit.js';
import { BusyWorkers } from './busy-workers.js';
import { routeBelow, type DashboardController } from './dashboard.controller.js';
import { ConfigurableModuleClass } from './dashboard.module-definition.js';
import {
  DASHBOARD_EXTRAS,
  DASHBOARD_OPTIONS,
  type DashboardRequest,
  type DashboardUser,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './dashboard-options.js';
import { WORK_DASHBOARD_CONTROLLER } from './dashboard.tokens.js';
import { Dispatcher } from './dispatcher.js';
import { Memo } from './memo.js';
import { Operations } from './operations.js';
import { Periodic } from './periodic.js';
import { Permissions } from './permissions.js';
import { Presenters } from './presenter.js';
import { Redactor } from './redactor.js';
import { ROUTE_CLASSES, routerProvider } from './router.provider.js';
import { Searches } from './searches.js';
import { Sender } from './sender.js';
import { SignIn } from './sign-in.js';
import { Snapshots } from './snapshots.js';
import { DashboardTiming } from './timing.js';

/**
 * The dashboard: a page, and the JSON API below it, as a controller of the application, whose guards apply. Needs
 * `WorkModule`, whose `Client` it uses. Works with Express and with Fastify.
 *
 * Without `authenticate` it is closed, unless `insecureAllowAll` is true.
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
    Memo,
    Operations,
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
   * @param options `path` (default `work`), `authenticate`, `authorize`, `redact` and others. The type of the request
   * and that of the user are inferred from `authenticate`.
   */
  static override forRoot<Request = DashboardRequest, User extends DashboardUser = DashboardUser>(
    options: WorkDashboardOptions<Request, User> & WorkDashboardExtras = {},
  ): DynamicModule {
    optionRules.assertOptions('WorkDashboardModule.forRoot', options, DASHBOARD_OPTIONS);
    return super.forRoot(options);
  }

  /** As `forRoot`, with options that a factory makes; `path`, `instance` and `decorators` stand beside it. @throws InvalidOptionError */
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

  /** Nest calls it when the application has its adapter, and before it makes its routes. */
  configure(): void {
    routeBelow(this.controller, this.adapterHost.httpAdapter.getType());
  }
}
