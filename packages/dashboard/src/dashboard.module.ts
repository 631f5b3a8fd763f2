import { Module, type DynamicModule } from '@nestjs/common';
import { AccessGuard } from './access.guard.js';
import { optionRules } from '@nestcraft/work';
import {
  DASHBOARD_OPTIONS,
  type WorkDashboardExtras,
  type WorkDashboardOptions,
} from './dashboard-options.js';
import { Assets } from './assets.js';
import { BusyWorkers } from './busy-workers.js';
import { ConfigurableModuleClass } from './dashboard.module-definition.js';
import { Memo } from './memo.js';
import { Operations } from './operations.js';
import { Periodic } from './periodic.js';
import { Presenter } from './presenter.js';
import { ProblemFilter } from './problem.filter.js';
import { Searches } from './searches.js';
import { Snapshots } from './snapshots.js';

/**
 * The dashboard: a page, and the JSON API below it, as controllers of the application. Guards and interceptors of the
 * application apply. Needs `WorkModule`, whose `Client` it uses. Works with Express and with Fastify.
 *
 * Without `authenticate` everybody may use it, except where NODE_ENV is `production`: there it is closed.
 *
 * @example
 * ```ts
 * WorkDashboardModule.forRoot({
 *   path: 'admin/jobs',
 *   authenticate: (request) => (isAdmin(request.headers.cookie) ? 'admin' : null),
 * })
 * ```
 */
@Module({
  providers: [
    AccessGuard,
    Assets,
    BusyWorkers,
    Memo,
    Operations,
    Periodic,
    Presenter,
    ProblemFilter,
    Searches,
    Snapshots,
  ],
})
export class WorkDashboardModule extends ConfigurableModuleClass {
  /** @param options `path` (default `work`), `authenticate`, `authorize`, `readOnly`, `redact`, `insecureAllowAll` */
  static override forRoot(options: WorkDashboardOptions & WorkDashboardExtras = {}): DynamicModule {
    optionRules.assertOptions('WorkDashboardModule.forRoot', options, DASHBOARD_OPTIONS);
    return super.forRoot(options);
  }
}
