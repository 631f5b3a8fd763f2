import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidOptionError } from '@nestcraft/work';
import type { Authenticate, DashboardRequest } from '../options/dashboard-options.js';

interface SingleUser {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The users who may sign in, one or several, each with a password, and the realm. */
export type BasicAuthOptions = (
  SingleUser | { readonly users: Readonly<Record<string, string | undefined>> }
) & {
  /** The text that the browser shows when it asks for the password; default `Nestcraft Work`. */
  readonly realm?: string | undefined;
};

/**
 * Creates an `authenticate` that checks a user name and a password, for which the browser prompts (HTTP Basic). The
 * user is the user name. Use it over https only.
 *
 * @example
 * ```ts
 * WorkDashboardModule.forRoot({
 *   authenticate: basicAuth({ username: 'ops', password: process.env.JOBS_PASSWORD }),
 * })
 * ```
 * @param options If a user name or a password is missing or empty, as an environment variable may be, the dashboard is closed
 * and the log says why.
 * @throws InvalidOptionError if no user is given, or if a user name or a password is invalid
 */
export function basicAuth(options: BasicAuthOptions): Authenticate<DashboardRequest, string> {
  const users = 'users' in options ? Object.entries(options.users) : [accountOf(options)];
  if (users.length === 0) throw new InvalidOptionError('users', {}, 'at least one user');
  const closed = missingIn(users);
  if (closed !== undefined) return Object.assign(() => null, { closed });
  const known = users.map(([name, password]) => ({ name, digest: digest(`${name}:${password}`) }));
  const realm = (options.realm ?? 'Nestcraft Work').replace(/[^\x20-\x7e]|["\\]/g, '');
  const authenticate = ({ headers }: DashboardRequest): string | null => {
    const given = credentials(headers.authorization);
    // All users are compared, by digests of equal length, so that timing reveals nothing.
    const found = known.filter((one) => timingSafeEqual(one.digest, digest(given)));
    return found[0]?.name ?? null;
  };
  return Object.assign(authenticate, { challenge: `Basic realm="${realm}", charset="UTF-8"` });
}

type Account = readonly [name: string, password: string | undefined];

function accountOf({ username, password }: SingleUser): Account {
  if (username !== undefined && typeof username !== 'string') {
    throw new InvalidOptionError('username', username, 'a user name');
  }
  return [username ?? '', password];
}

/** Returns what is missing, as a sentence. @throws InvalidOptionError */
function missingIn(users: readonly Account[]): string | undefined {
  const missing: string[] = [];
  for (const [name, password] of users) {
    if (name.includes(':')) {
      throw new InvalidOptionError('username', name, 'a user name without ":"');
    }
    if (password !== undefined && typeof password !== 'string') {
      // A password must not appear in an error.
      throw new InvalidOptionError('password', typeof password, `a string for "${name}"`);
    }
    if (name === '') missing.push('a user name');
    else if (!password) missing.push(`the password of "${name}"`);
  }
  if (missing.length === 0) return undefined;
  return `basicAuth() lacks ${missing.join(' and ')}. Is the environment variable set?`;
}

/** Returns `name:password`, or '' if the header has none. */
function credentials(authorization: string | string[] | undefined): string {
  const [, encoded = ''] = /^Basic +([\w+/=-]+)$/i.exec(authorization?.toString() ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

const KEY = randomBytes(32);

function digest(text: string): Buffer {
  return createHmac('sha256', KEY).update(text).digest();
}
