import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidOptionError } from '@nestcraft/work';
import type { Authenticate, DashboardRequest } from '../options/dashboard-options.js';

/** The users who may sign in, one or several, each with a password, and the realm. */
export type BasicAuthOptions = (
  | { readonly username: string | undefined; readonly password: string | undefined }
  | { readonly users: Readonly<Record<string, string | undefined>> }
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
 * @throws InvalidOptionError if no user is given, or a user name or a password is missing or empty
 */
export function basicAuth(options: BasicAuthOptions): Authenticate<DashboardRequest, string> {
  const users = 'users' in options ? options.users : { [nameIn(options)]: options.password };
  const known = Object.entries(users).map(([name, password]) => account(name, password));
  if (known.length === 0) throw new InvalidOptionError('users', users, 'at least one user');
  const realm = (options.realm ?? 'Nestcraft Work').replace(/[^\x20-\x7e]|["\\]/g, '');
  const authenticate = ({ headers }: DashboardRequest): string | null => {
    const given = credentials(headers.authorization);
    // All users are compared, by digests of equal length, so that timing reveals nothing.
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
    throw new InvalidOptionError('username', name, 'a non-empty user name without ":"');
  }
  if (typeof password !== 'string' || password === '') {
    // A password must not appear in an error.
    const shown = password === '' || password === undefined ? password : typeof password;
    const wanted = `a non-empty string for "${name}" (is the environment variable set?)`;
    throw new InvalidOptionError('password', shown, wanted);
  }
  return { name, digest: digest(`${name}:${password}`) };
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
