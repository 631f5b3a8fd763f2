import type { RedisOptions } from 'ioredis';
import { InvalidOptionError } from '../errors/errors.js';
import { withoutPassword } from '../errors/secrets.js';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const EXPECTED =
  'a URL such as redis://127.0.0.1:6379/0, or rediss://… for TLS, with a whole number as its database';

/**
 * Parses a Redis URL as ioredis does: `redis://`, `rediss://` with TLS, `host:port`, a port, or the path of a socket.
 * Reads only `db`, `family`, `username`, `password`, `tls` and `keyPrefix` from its query: the behaviour of a
 * connection is not configured by its URL.
 *
 * @throws InvalidOptionError for another scheme, a database that is not a number, or an invalid URL; it never contains
 * a password
 */
export function parseRedisUrl(text: string): RedisOptions {
  const url = text.trim();
  try {
    return { ...fromQuery(url), ...fromAddress(url) };
  } catch {
    // The original error may contain the whole URL.
    throw new InvalidOptionError('redis', withoutPassword(url), EXPECTED);
  }
}

/** @throws if it is not a valid database */
export function databaseOf(db: unknown): number {
  const number = typeof db === 'string' && /^\d+$/.test(db) ? Number(db) : (db ?? 0);
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  throw new TypeError('Not a database number');
}

function fromAddress(url: string): RedisOptions {
  if (/^\d+$/.test(url)) return { port: Number(url) };
  if (url.startsWith('/') && !url.startsWith('//')) return { path: url.split('?', 1)[0] };
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'redis' && scheme !== 'rediss') {
    throw new TypeError(`${scheme} is not a Redis scheme`);
  }
  const { username, password, hostname, port, pathname } = new URL(
    url.replace(SCHEME, '//').replace(/^(\/\/)?/, 'redis://'),
  );
  const path = pathname.replace(/^\/|\/$/g, '');
  return {
    ...(hostname && { host: hostname.replace(/^\[|\]$/g, '') }),
    ...(port && { port: Number(port) }),
    ...((username || password) && {
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    }),
    ...(path && { db: databaseOf(path) }),
    ...(scheme === 'rediss' && { tls: {} }),
  };
}

function fromQuery(url: string): RedisOptions {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
  const [db, family, tls] = [query.get('db'), query.get('family'), query.get('tls')];
  return {
    ...textsOf(query, ['username', 'password', 'keyPrefix']),
    ...(db !== null && { db: databaseOf(db) }),
    ...(family !== null && { family: Number(family) }),
    ...(tls !== null && /^(|1|true|yes)$/i.test(tls) && { tls: {} }),
  };
}

function textsOf(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = query.get(name);
      return text === null ? [] : [[name, text]];
    }),
  );
}
