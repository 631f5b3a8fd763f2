import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { AccessGuard } from './access.guard.js';
import { ApiController } from './api.controller.js';
import { CompatController } from './compat.controller.js';
import { JobsController } from './jobs.controller.js';
import { PageController } from './page.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { QueuesController } from './queues.controller.js';

/** The dashboard's controllers below `path`: new classes each time, so that two dashboards do not share their routes. */
export function controllersAt(path: string): Type[] {
  const base = path.replace(/^\/+|\/+$/g, '');
  class Api extends ApiController {}
  class Compat extends CompatController {}
  class Page extends PageController {}
  class Queues extends QueuesController {}
  class Jobs extends JobsController {}
  const routes: [Type, string][] = [
    [Api, `${base}/api`],
    [Queues, `${base}/api/queues`],
    [Jobs, `${base}/api/jobs`],
    [Compat, `${base}/compat`],
    [Page, base],
  ];
  for (const [controller, route] of routes) {
    // Where an application has versions of its routes, the dashboard is not one of them.
    Controller({ path: route, version: VERSION_NEUTRAL })(controller);
    UseGuards(AccessGuard)(controller);
    UseFilters(ProblemFilter)(controller);
  }
  return routes.map(([controller]) => controller);
}
