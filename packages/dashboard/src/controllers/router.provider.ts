import type { FactoryProvider } from '@nestjs/common';
import { ApiRoutes } from './api.routes.js';
import { CompatRoutes } from './compat.routes.js';
import { DiagnosisRoutes } from './diagnosis.routes.js';
import { JobsRoutes } from './jobs.routes.js';
import { PageRoutes } from './page.routes.js';
import { QueuesRoutes } from './queues.routes.js';
import { Router } from '../requests/routes.js';

/** The classes whose methods answer the dashboard's routes. */
export const ROUTE_CLASSES = [
  PageRoutes,
  ApiRoutes,
  QueuesRoutes,
  JobsRoutes,
  DiagnosisRoutes,
  CompatRoutes,
] as const;

export const routerProvider: FactoryProvider<Router> = {
  provide: Router,
  inject: [...ROUTE_CLASSES],
  useFactory: (...holders: object[]) => new Router(holders),
};
