import { optionRules, type OptionTable } from '@nestcraft/work/internal';
import type { DashboardAction, DashboardResource } from './actions.js';

/** A request as Express or Fastify gives it. */
export interface DashboardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whoever looks at the dashboard, as `authenticate` names them. */
export type DashboardUser = object | string;

/** A change that somebody has made on the dashboard, or tried to make. */
export interface DashboardEvent<User = DashboardUser> {
  readonly at: Date;
  readonly user: User;
  /** A short name of the user: the text itself, or the user's `username`, `email`, `name` or `id`. */
  readonly who: string;
  readonly action: DashboardAction;
  /** Which of the routes below `api`, such as `jobs/:set/delete-all`. */
  readonly route: string;
  readonly resource: DashboardResource;
  /** The ids of the jobs, where several were selected. */
  readonly jobIds?: readonly string[] | undefined;
  /**
   * `done`; `started` for work on many jobs, which goes on; `refused` by `authorize` or `readOnly`; `failed`; or
   * `unknown` where Redis did not say in time whether it was done.
   */
  readonly outcome: 'done' | 'started' | 'refused' | 'failed' | 'unknown';
  /** What became of each job, such as `deleted` or `notFound`. */
  readonly results?: readonly string[] | undefined;
  /** Why it failed. */
  readonly error?: string | undefined;
}

type Awaitable<Value> = Value | Promise<Value>;

/** Says who sends a request; with a `challenge`, browsers ask for what it wants to know. */
export interface Authenticate<
  Request = DashboardRequest,
  User extends DashboardUser = DashboardUser,
> {
  (request: Request): Awaitable<User | null | undefined | false>;
  /** The header `WWW-Authenticate` of the answer to whoever is not known. */
  readonly challenge?: string;
}

/**
 * Options of `WorkDashboardModule.forRoot` and `forRootAsync`.
 *
 * @typeParam Request the request as the application knows it, such as Express's with the user of passport; inferred from
 * the parameter of `authenticate`
 * @typeParam User what `authenticate` makes of it; inferred, too
 */
export interface WorkDashboardOptions<
  Request = DashboardRequest,
  User extends DashboardUser = DashboardUser,
> {
  /**
   * Who sends the request; `null`, `undefined` or `false` for somebody who may see nothing. Without it the dashboard is
   * closed, unless `insecureAllowAll` is true. `basicAuth()` makes one.
   */
  readonly authenticate?: Authenticate<Request, User> | undefined;
  /**
   * Where somebody signs in. A browser that opens the page without being signed in is sent there; the API names it in
   * its answer. `{returnTo}` in it stands for the path of the page, percent-encoded.
   */
  readonly loginUrl?: string | ((request: Request) => string) | undefined;
  /**
   * Whether the user may do that to that; default: whoever is let in may do everything. It is asked for every job that
   * was selected, and again every 30 seconds for as long as the page is open.
   */
  readonly authorize?:
    | ((
        user: User,
        action: DashboardAction,
        request: Request,
        resource: DashboardResource,
      ) => Awaitable<boolean>)
    | undefined;
  /** Is told of every change; the log has a line of each, too. What it throws is logged, and changes nothing. */
  readonly onAction?: ((event: DashboardEvent<User>) => Awaitable<void>) | undefined;
  /** Refuse everything but looking, whoever asks; default false. */
  readonly readOnly?: boolean | undefined;
  /**
   * Changes what is shown of a job's arguments; for secrets. It is given JSON, an object, and returns what is shown. Where
   * it throws, or returns no string, the arguments are hidden. Default: they are shown as they are.
   */
  readonly redact?:
    ((job: { readonly name: string; readonly argsText: string }) => string) | undefined;
  /** Changes what is shown of a job's errors, their backtraces and check-ins, as `redact` does for arguments. */
  readonly redactError?:
    | ((shown: {
        readonly name: string;
        readonly kind: 'error' | 'backtrace' | 'checkin';
        readonly text: string;
      }) => string)
    | undefined;
  /**
   * At which origins browsers reach the dashboard, such as `https://jobs.example.com`: then only pages of these may change
   * anything, and requests for other hosts are refused. Needed behind a proxy that changes the header Host. Default: the
   * origin that the header Host tells.
   */
  readonly origin?: string | readonly string[] | undefined;
  /**
   * Open the dashboard to everybody who reaches it under a name of this machine, or under an `origin`; default false.
   * Without effect beside `authenticate`.
   */
  readonly insecureAllowAll?: boolean | undefined;
}

/** What has to be known before anything is injected, because routes are made then. */
export interface WorkDashboardExtras {
  /** Where it is, below the application's global prefix; default `work`. */
  readonly path?: string | undefined;
  /** Of which named instance of `WorkModule`; default: the one without a name. */
  readonly instance?: string | undefined;
  /**
   * Decorators for the dashboard's controller, such as `Public()`, by which a global guard of the application lets it
   * pass, or `UseGuards(SessionGuard)`, which runs before `authenticate`. Default none.
   */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

const { FLAG, FUNCTION, NAME, rule } = optionRules;

/** What the options that `forRootAsync`'s factory makes may be. */
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

/** What may stand beside that factory. */
export const DASHBOARD_EXTRAS: OptionTable<WorkDashboardExtras> = {
  path: rule('a path', (value) => typeof value === 'string'),
  instance: NAME,
  decorators: rule('a list of class decorators', Array.isArray),
};

/** What the options of the dashboard may be. */
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
