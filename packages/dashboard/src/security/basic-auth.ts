import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidOptionError } from '@nestcraft/work';
import type { Authenticate, DashboardRequest } from '../options/dashboard-options.js';

/** Who may sign in: one user, or several, each with a password; and what browsers call it. */
export type BasicAuthOptions = (
  | { readonly username: string | undefined; readonly password: string | undefined }
  | { readonly users: Readonly<Record<string, string | undefined>> }
) & {
  /** What the browser shows when it asks for the password; default `Nestcraft Work`. */
  readonly realm?: string | undefined;
};

/**
 * An `authenticate` by user name and password, for which browsers ask by themselves (HTTP Basic). The user is the user
 * name. Use it over https only.
 *
 * @example
 * ```ts
 * WorkDashboardModule.forRoot({
 *   authenticate: basicAuth({ username: 'ops', password: process.env.JOBS_PASSWORD }),
 * })
 * ```
 * @throws InvalidOptionError when there is no user, or a user name or a password is missing or empty
 */
export function basicAuth(options: BasicAuthOptions): Authenticate<DashboardRequest, string> {
  const users = 'users' in options ? options.users : { [nameIn(options)]: options.password };
  const known = Object.entries(users).map(([name, password]) => account(name, password));
  if (known.length === 0) throw new InvalidOptionError('users', users, 'at least one user');
  const realm = (options.realm ?? 'Nestcraft Work').replace(/[^\x20-\x7e]|["\\]/g, '');
  const authenticate = ({ headers }: DashboardRequest): string | null => {
    const given = credentials(headers.authorization);
    // All are compared, and digests of one length, so that the time taken tells nothing.
    const found = known.filter((one) => timingSafeEqual(one.digest, digest(given)));
    return found[0]?.name ?? null;
  };
  return Object.assign(authenticate, { challenge: `Basic realm="${realm}", charset="UTF-8"` });
}

function nameIn(options: BasicAuthOptions & { readonly username?: string | undefined }): string {
  if (typeof options.username === 'string') return options.username;
  throw new InvalidOptionError('username', options.username, 'a user name');
}

function account(name: string, password: unknown): { name: string; digest: Buffer } {
  if (name === '' || name.includes(':')) {
    throw new InvalidOptionError('username', name, 'a user name that is not empty and has no ":"');
  }
  if (typeof password !== 'string' || password === '') {
    // Whatever it is, it is not told.
    const shown = password === '' || password === undefined ? password : typeof password;
    const wanted = `a text that is not empty, for "${name}" (is the environment variable set?)`;
    throw new InvalidOptionError('password', shown, wanted);
  }
  return { name, digest: digest(`${name}:${password}`) };
}

/** `name:password`, or '' where there is none. */
function credentials(authorization: string | string[] | undefined): string {
  const [, encoded = ''] = /^Basic +([\w+/=-]+)$/i.exec(authorization?.toString() ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

const KEY = randomBytes(32);

function digest(text: string): Buffer {
  return createHmac('sha256', KEY).update(text).digest();
}
