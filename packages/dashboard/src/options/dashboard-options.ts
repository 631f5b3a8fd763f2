import { optionRules, type OptionTable } from '@nestcraft/work/internal';
import type { DashboardAction, DashboardResource } from './actions.js';

/** A request from Express or Fastify. */
export interface DashboardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A user of the dashboard, as returned by `authenticate`. */
export type DashboardUser = object | string;

/** A change that a user made on the dashboard, or tried to make. */
export interface DashboardEvent<User = DashboardUser> {
  readonly at: Date;
  readonly user: User;
  /** A short name of the user: the string itself, or the user's `username`, `email`, `name` or `id`. */
  readonly who: string;
  readonly action: DashboardAction;
  /** The route below `api`, such as `jobs/:set/delete-all`. */
  readonly route: string;
  readonly resource: DashboardResource;
  /** The ids of the jobs, if several were selected. */
  readonly jobIds?: readonly string[] | undefined;
  /**
   * `done`; `started` for a bulk task, which continues; `refused` by `authorize` or `readOnly`; `failed`; or `unknown`
   * if Redis did not confirm the change in time.
   */
  readonly outcome: 'done' | 'started' | 'refused' | 'failed' | 'unknown';
  /** The result for each job, such as `deleted` or `notFound`. */
  readonly results?: readonly string[] | undefined;
  /** The reason for the failure. */
  readonly error?: string | undefined;
}

type Awaitable<Value> = Value | Promise<Value>;

/** Identifies the sender of a request. With a `challenge`, browsers ask for credentials. */
export interface Authenticate<
  Request = DashboardRequest,
  User extends DashboardUser = DashboardUser,
> {
  (request: Request): Awaitable<User | null | undefined | false>;
  /** The header `WWW-Authenticate` of the response to an unknown user. */
  readonly challenge?: string;
  /** Why nobody can sign in, such as a missing password. The dashboard is then closed, and the log gives this reason. */
  readonly closed?: string;
}

/**
 * Options of `WorkDashboardModule.forRoot` and `forRootAsync`.
 *
 * @typeParam Request the request as the application knows it, such as Express's with the user of passport; inferred
 * from the parameter of `authenticate`
 * @typeParam User the result of `authenticate`; also inferred
 */
export interface WorkDashboardOptions<
  Request = DashboardRequest,
  User extends DashboardUser = DashboardUser,
> {
  /**
   * Returns the sender of a request, or `null`, `undefined` or `false` for an unknown user, who may see nothing.
   * Without this option the dashboard is closed, unless `insecureAllowAll` is true. `basicAuth()` creates one.
   */
  readonly authenticate?: Authenticate<Request, User> | undefined;
  /**
   * The address of the sign-in page. A browser that opens the dashboard without being signed in is redirected there;
   * the API includes it in its response. `{returnTo}` is replaced by the path of the page, percent-encoded.
   */
  readonly loginUrl?: string | ((request: Request) => string) | undefined;
  /**
   * Returns whether the user may take an action on a resource; default: every known user may do everything. It is
   * called for every selected job, and again every 30 seconds while the page is open.
   */
  readonly authorize?:
    | ((
        user: User,
        action: DashboardAction,
        request: Request,
        resource: DashboardResource,
      ) => Awaitable<boolean>)
    | undefined;
  /** Called for every change; each is also logged. Errors that it throws are logged and have no other effect. */
  readonly onAction?: ((event: DashboardEvent<User>) => Awaitable<void>) | undefined;
  /** Whether to refuse every change, for all users; default false. */
  readonly readOnly?: boolean | undefined;
  /**
   * Changes how a job's arguments are shown, to hide secrets. It receives a JSON object as a string and returns the
   * string to show. If it throws or returns anything but a string, the arguments are hidden. Default: arguments are
   * shown unchanged.
   */
  readonly redact?:
    ((job: { readonly name: string; readonly argsText: string }) => string) | undefined;
  /** Changes how a job's errors, backtraces and check-ins are shown, as `redact` does for arguments. */
  readonly redactError?:
    | ((shown: {
        readonly name: string;
        readonly kind: 'error' | 'backtrace' | 'checkin';
        readonly text: string;
      }) => string)
    | undefined;
  /**
   * The origins at which browsers reach the dashboard, such as `https://jobs.example.com`. Only pages of these origins
   * may then make changes, and requests for other hosts are refused. Required behind a proxy that changes the header
   * Host. Default: the origin in the header Host.
   */
  readonly origin?: string | readonly string[] | undefined;
  /**
   * Whether to open the dashboard to everyone who can reach it under a name of this machine or an `origin`; default
   * false. Has no effect together with `authenticate`.
   */
  readonly insecureAllowAll?: boolean | undefined;
}

/** Settings that must be known before anything is injected, because routes are created then. */
export interface WorkDashboardExtras {
  /** The path of the dashboard, below the application's global prefix; default `work`. */
  readonly path?: string | undefined;
  /** The name of the instance of `WorkModule` to show; default: the unnamed instance. */
  readonly instance?: string | undefined;
  /**
   * Decorators for the dashboard's controller, such as `Public()`, which exempts it from a global guard of the
   * application, or `UseGuards(SessionGuard)`, which runs before `authenticate`. Default: none.
   */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

const { FLAG, FUNCTION, NAME, rule } = optionRules;

/** The rules for the options that `forRootAsync`'s factory returns. */
export const INJECTED_OPTIONS: OptionTable<WorkDashboardOptions> = {
  authenticate: FUNCTION,
  loginUrl: rule('a URL, or a function of the request that returns one', isTextOrFunction),
  authorize: FUNCTION,
  onAction: FUNCTION,
  readOnly: FLAG,
  redact: FUNCTION,
  redactError: FUNCTION,
  origin: rule('an origin such as https://jobs.example.com, or a list of them', isOrigins),
  insecureAllowAll: FLAG,
};

/** The rules for the settings beside that factory. */
export const DASHBOARD_EXTRAS: OptionTable<WorkDashboardExtras> = {
  path: rule('a path', (value) => typeof value === 'string'),
  instance: NAME,
  decorators: rule('a list of class decorators', Array.isArray),
};

/** The rules for the dashboard's options. */
export const DASHBOARD_OPTIONS: OptionTable<WorkDashboardOptions & WorkDashboardExtras> = {
  ...INJECTED_OPTIONS,
  ...DASHBOARD_EXTRAS,
};

function isTextOrFunction(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'string' && value !== '');
}

function isOrigins(value: unknown): boolean {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.every((one) => typeof one === 'string' && one !== '');
}
