import { Inject, Injectable } from '@nestjs/common';
import type { DashboardAction, DashboardResource } from '../options/actions.js';
import type {
  DashboardRequest,
  DashboardUser,
  WorkDashboardOptions,
} from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import { Problem } from '../http/problem.js';

/** A user with their request. */
export interface Visitor {
  readonly user: DashboardUser;
  readonly request: DashboardRequest;
}

const LOOKING: readonly DashboardAction[] = ['view', 'viewArgs'];

/** Identifies users and checks their permissions. */
@Injectable()
export class Permissions {
  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  /** @throws Problem for an unknown user, and for everyone if the dashboard is closed */
  async userOf(request: DashboardRequest): Promise<DashboardUser> {
    const { authenticate, insecureAllowAll = false } = this.options;
    if (!authenticate && insecureAllowAll) return 'anybody';
    if (!authenticate) throw closed(CLOSED);
    if (authenticate.closed !== undefined) throw closed(NOBODY);
    const user: unknown = await authenticate(request);
    if (isUser(user)) return user;
    throw new Problem(401, 'unauthenticated', 'Sign in to see the dashboard.');
  }

  /** @throws Problem */
  async assert(
    visitor: Visitor,
    action: DashboardAction,
    resource: DashboardResource,
  ): Promise<void> {
    if (await this.may(visitor, action, resource)) return;
    const isReadOnly = this.options.readOnly === true && !LOOKING.includes(action);
    const reason = isReadOnly ? 'The dashboard is read-only.' : 'You lack the permission.';
    throw new Problem(403, 'forbidden', `The action "${action}" is refused. ${reason}`);
  }

  async may(
    { user, request }: Visitor,
    action: DashboardAction,
    resource: DashboardResource,
  ): Promise<boolean> {
    const { authorize, readOnly = false } = this.options;
    if (readOnly && !LOOKING.includes(action)) return false;
    return authorize ? authorize(user, action, request, resource) : true;
  }
}

export const CLOSED =
  'The dashboard is closed. Pass the option "authenticate" to WorkDashboardModule.forRoot, such as basicAuth({ username, password }), or "insecureAllowAll: true" if nobody else can reach it.';

const NOBODY = 'The dashboard is closed: nobody can sign in. The log of the server says why.';

/** @throws TypeError for `true`, which identifies nobody: a comparison with an unset password may return it */
function isUser(user: unknown): user is DashboardUser {
  if (user === true) {
    throw new TypeError(
      'The option "authenticate" returned true. It must return the user, as an object or a string, or null for an unknown user.',
    );
  }
  return Boolean(user);
}

function closed(detail: string): Problem {
  return new Problem(403, 'closed', detail);
}
