import { optionRules, type OptionTable } from '@nestcraft/work';

/** What somebody may do on the dashboard. */
export const ACTIONS = [
  /** See everything that `redact` leaves. */
  'view',
  /** Put dead, retry and scheduled jobs into their queues. */
  'retry',
  'delete',
  /** Have jobs that wait for their retry be dead. */
  'kill',
  /** Stop a job, whether it waits or runs. */
  'cancel',
  'pause',
  'limit',
  'empty',
  /** Enqueue a job of a schedule. */
  'run',
] as const;

export type DashboardAction = (typeof ACTIONS)[number];

/** A request as Express or Fastify gives it. */
export interface DashboardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whoever looks at the dashboard, as `authenticate` names them. */
export type DashboardUser = object | string;

/** Options of `WorkDashboardModule.forRoot` and `forRootAsync`. */
export interface WorkDashboardOptions {
  /**
   * Who sends the request; `null` or `undefined` for somebody who may see nothing. Without it everybody may see the
   * dashboard, except where NODE_ENV is `production`: there it is closed.
   */
  readonly authenticate?:
    | ((
        request: DashboardRequest,
      ) => DashboardUser | null | undefined | Promise<DashboardUser | null | undefined>)
    | undefined;
  /** Whether the user may do that; default: whoever is let in may do everything. */
  readonly authorize?:
    | ((
        user: DashboardUser,
        action: DashboardAction,
        request: DashboardRequest,
      ) => boolean | Promise<boolean>)
    | undefined;
  /** Refuse everything but looking, whoever asks; default false. */
  readonly readOnly?: boolean | undefined;
  /** Changes what is shown of a job's arguments, as JSON text; for secrets. Default: they are shown as they are. */
  readonly redact?:
    ((job: { readonly name: string; readonly argsText: string }) => string) | undefined;
  /**
   * At which origins browsers reach the dashboard, such as `https://jobs.example.com`: then only pages of these may change
   * anything. Needed behind a proxy that changes the header Host. Default: the origin that the header Host tells.
   */
  readonly origin?: string | readonly string[] | undefined;
  /** Open the dashboard to everybody even in production; default false. */
  readonly insecureAllowAll?: boolean | undefined;
}

/** Where the dashboard is; not to be injected, because routes are made before anything is. */
export interface WorkDashboardExtras {
  /** Below the application's global prefix; default `work`. */
  readonly path?: string | undefined;
  /** Of which named instance of `WorkModule`; default: the one without a name. */
  readonly instance?: string | undefined;
}

const { FLAG, FUNCTION, NAME, rule } = optionRules;

/** What the options that `forRootAsync`'s factory makes may be. */
export const INJECTED_OPTIONS: OptionTable<WorkDashboardOptions> = {
  authenticate: FUNCTION,
  authorize: FUNCTION,
  readOnly: FLAG,
  redact: FUNCTION,
  origin: rule('an origin such as https://jobs.example.com, or a list of them', isOrigins),
  insecureAllowAll: FLAG,
};

/** What the options of the dashboard may be. */
export const DASHBOARD_OPTIONS: OptionTable<WorkDashboardOptions & WorkDashboardExtras> = {
  ...INJECTED_OPTIONS,
  path: rule('a path', (value) => typeof value === 'string'),
  instance: NAME,
};

function isOrigins(value: unknown): boolean {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.every((one) => typeof one === 'string' && one !== '');
}
