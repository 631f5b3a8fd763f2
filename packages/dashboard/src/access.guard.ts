import {
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import type {
  DashboardAction,
  DashboardRequest,
  DashboardUser,
  WorkDashboardOptions,
} from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';
import { OwnPage } from './own-page.js';
import { Problem } from './problem.js';

const ACTION = 'nestcraft:dashboard_action';

/** What a route does; every route of the dashboard says so, and is refused if it does not. */
export function Action(action: DashboardAction): MethodDecorator & ClassDecorator {
  return SetMetadata(ACTION, action);
}

const HEADERS: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
      "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
];

/**
 * Stands before every route of the dashboard: knows who asks, whether they may, and that it was the dashboard's own
 * page that asked.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly ownPage: OwnPage;

  constructor(
    @Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions,
    private readonly reflector: Reflector,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    this.ownPage = new OwnPage(options.origin);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<DashboardRequest>();
    for (const [name, value] of HEADERS) {
      this.adapterHost.httpAdapter.setHeader(http.getResponse(), name, value);
    }
    const targets = [context.getHandler(), context.getClass()];
    const action = this.reflector.getAllAndOverride<DashboardAction | undefined>(ACTION, targets);
    if (action === undefined) throw new Problem(403, 'no_action', 'This route names no action.');
    const user = await this.userOf(request);
    if (!isSafe(request)) this.ownPage.assertAsks(request);
    await this.assertAllowed(user, action, request);
    return true;
  }

  /** What the user may do, for the page to show. */
  async allowed(
    request: DashboardRequest,
    actions: readonly DashboardAction[],
  ): Promise<DashboardAction[]> {
    const user = await this.userOf(request);
    const may = await Promise.all(actions.map((action) => this.may(user, action, request)));
    return actions.filter((_, index) => may[index]);
  }

  /** For a route whose action only its request tells. @throws Problem */
  async require(request: DashboardRequest, action: DashboardAction): Promise<void> {
    await this.assertAllowed(await this.userOf(request), action, request);
  }

  private async userOf(request: DashboardRequest): Promise<DashboardUser> {
    const { authenticate, insecureAllowAll = false } = this.options;
    if (authenticate) {
      const user = await authenticate(request);
      if (user === null || user === undefined) {
        throw new Problem(401, 'unauthenticated', 'Sign in to see the dashboard.');
      }
      return user;
    }
    if (process.env.NODE_ENV === 'production' && !insecureAllowAll) {
      throw new Problem(
        403,
        'closed',
        'The dashboard is closed in production until WorkDashboardModule.forRoot is given the option "authenticate".',
      );
    }
    return 'anybody';
  }

  private async assertAllowed(
    user: DashboardUser,
    action: DashboardAction,
    request: DashboardRequest,
  ): Promise<void> {
    if (await this.may(user, action, request)) return;
    const reason =
      this.options.readOnly && action !== 'view' ? 'The dashboard is read-only.' : 'You may not.';
    throw new Problem(403, 'forbidden', `The action "${action}" is refused. ${reason}`);
  }

  private async may(
    user: DashboardUser,
    action: DashboardAction,
    request: DashboardRequest,
  ): Promise<boolean> {
    const { authorize, readOnly = false } = this.options;
    if (readOnly && action !== 'view') return false;
    return authorize ? authorize(user, action, request) : true;
  }
}

function isSafe({ method }: DashboardRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
