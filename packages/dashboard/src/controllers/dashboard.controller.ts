import {
  Controller,
  Get,
  Next,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { AccessGuard } from '../requests/access.guard.js';
import { Dispatcher } from '../requests/dispatcher.js';
import { ProblemFilter } from '../requests/problem.filter.js';

/** The controller for everything below the dashboard's path. */
export class DashboardController {
  constructor(private readonly dispatcher: Dispatcher) {}

  get(@Req() request: object, @Res() response: unknown, @Next() next: unknown): Promise<void> {
    return this.dispatcher.dispatch(request, response, next);
  }

  post(@Req() request: object, @Res() response: unknown, @Next() next: unknown): Promise<void> {
    return this.dispatcher.dispatch(request, response, next);
  }
}

/** Returns a controller below `path`: a new class for each call, so that two dashboards do not share their routes. */
export function controllerAt(
  path: string,
  decorators: readonly ClassDecorator[],
): Type<DashboardController> {
  class WorkDashboard extends DashboardController {
    override get(request: object, response: unknown, next: unknown): Promise<void> {
      return super.get(request, response, next);
    }

    override post(request: object, response: unknown, next: unknown): Promise<void> {
      return super.post(request, response, next);
    }
  }
  // The application's decorators come first, so that its guards run before the dashboard's.
  for (const decorate of decorators) decorate(WorkDashboard);
  // The dashboard is exempt from an application's route versioning.
  Controller({ path: path.replace(/^\/+|\/+$/g, ''), version: VERSION_NEUTRAL })(WorkDashboard);
  UseGuards(AccessGuard)(WorkDashboard);
  UseFilters(ProblemFilter)(WorkDashboard);
  Reflect.defineMetadata('design:paramtypes', [Dispatcher], WorkDashboard);
  return WorkDashboard;
}

/**
 * Adds the controller's routes with the adapter's syntax for "everything below a path": Express requires a name after
 * `*`, and Fastify forbids one.
 */
export function routeBelow(controller: Type<DashboardController>, adapter: string): void {
  const everything = adapter === 'fastify' ? '*' : '*path';
  const { prototype } = controller as { prototype: DashboardController };
  route(Get(['', everything]), prototype, 'get');
  route(Post(everything), prototype, 'post');
}

function route(decorate: MethodDecorator, prototype: DashboardController, key: 'get' | 'post') {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  if (descriptor) decorate(prototype, key, descriptor);
}
