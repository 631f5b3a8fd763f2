import { optionRules } from '@nestcraft/work/internal';
import type { DashboardAction, DashboardResource } from '../options/actions.js';
import type { DashboardUser } from '../options/dashboard-options.js';
import type { Fields } from '../http/params.js';
import type { Permissions } from '../security/permissions.js';
import type { HttpRequest, Place } from '../http/place.js';
import { Problem } from '../http/problem.js';

/** Options of a route. */
export interface RouteOptions {
  /** HTTP status of the answer; default 200, or 204 if there is no body. */
  readonly status?: number;
  /** Whether other sites may link to the route; default false. */
  readonly isPage?: boolean;
}

/** A route of the dashboard and the method that answers it. */
export interface Route extends RouteOptions {
  readonly method: 'GET' | 'POST';
  /** Below the dashboard's path, such as `api/jobs/:set`. */
  readonly path: string;
  /** The action that the user must be allowed to take. */
  readonly action: DashboardAction;
  readonly handle: (asked: Asked) => unknown;
}

/** The route of a request, with the parameters of its path. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** A request to the dashboard from a known user, as seen by the routes. */
export class Asked {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  /** The resources whose permissions have been checked. */
  readonly resources: DashboardResource[] = [];
  /** The action that was checked last. */
  action: DashboardAction;

  constructor(
    readonly request: HttpRequest,
    readonly place: Place,
    match: Match,
    readonly user: DashboardUser,
    private readonly permissions: Permissions,
  ) {
    this.route = match.route;
    this.params = match.params;
    this.action = match.route.action;
  }

  /** The query. A parameter that is given twice is a list. */
  get query(): Fields {
    const { query } = this.place;
    return Object.fromEntries(
      [...query.keys()].map((name) => {
        const values = query.getAll(name);
        return [name, values.length === 1 ? values[0] : values];
      }),
    );
  }

  /** @throws Problem unless the body is an object */
  get body(): Fields {
    const { body, headers } = this.request;
    if (optionRules.isRecord(body)) return body;
    const isEmpty = Number(headers['content-length'] ?? 0) === 0 && !headers['transfer-encoding'];
    if (body === undefined && isEmpty) return {};
    const reason =
      body === undefined
        ? 'The body is not parsed: an application with "bodyParser: false" needs app.useBodyParser("json") for the dashboard.'
        : 'The body must be a JSON object.';
    throw new Problem(400, 'invalid', reason);
  }

  /**
   * Checks that the user may take the route's action on a resource. Every route calls it before it does anything.
   *
   * @param action default: the route's action
   * @throws Problem
   */
  async allow(resource: DashboardResource, action: DashboardAction = this.route.action) {
    this.resources.push(resource);
    this.action = action;
    await this.permissions.assert(this, action, resource);
  }

  may(action: DashboardAction, resource: DashboardResource): Promise<boolean> {
    return this.permissions.may(this, action, resource);
  }

  /** Returns whether the same request would be admitted now and show the same data. */
  async isStillAllowed(resource: DashboardResource, showsArgs: boolean): Promise<boolean> {
    const visitor = { user: await this.permissions.userOf(this.request), request: this.request };
    const may = (action: DashboardAction) => this.permissions.may(visitor, action, resource);
    return (await may('view')) && (await may('viewArgs')) === showsArgs;
  }
}
