import type { RedisOptions } from 'ioredis';
import { InvalidOptionError } from '../errors/errors.js';
import { rule, type OptionRule } from '../options/option-rules.js';
import { databaseOf } from './redis-url.js';
import { withoutPassword } from '../errors/secrets.js';

const MAX_PORT = 65_535;

const HOST = rule('a host name or address', (value) => {
  return typeof value === 'string' && /^[^\s/@]+$/.test(value);
});
const MASTER = 'the name of the master that the Sentinels watch, such as "mymaster"';
const TEXT = rule('a text', (value) => typeof value === 'string');

/** The rules for the address options of ioredis. Values that ioredis replaces by its defaults are left to ioredis. */
const ADDRESS: Readonly<Record<string, OptionRule>> = {
  port: rule(`a port number, 1 to ${MAX_PORT}`, isPort),
  host: HOST,
  path: rule('the path of a socket', (value) => typeof value === 'string' && value !== ''),
  db: rule('a database number, 0 or more', isDatabase),
  family: rule('4, 6, or 0 for both', (value) => [0, 4, 6].includes(value as number)),
  username: TEXT,
  password: TEXT,
  name: TEXT,
  sentinels: rule('a list of { host, port }', isSentinels),
};

/** @throws InvalidOptionError, which never contains a password */
export function assertAddress(options: RedisOptions): void {
  if (options.sentinels && !options.name) {
    throw new InvalidOptionError('redis.name', options.name, MASTER);
  }
  for (const [name, { check, expected }] of Object.entries(ADDRESS)) {
    const value: unknown = Reflect.get(options, name);
    // ioredis itself represents missing options as null.
    if (value === undefined || value === null) continue;
    if (name === 'password' && typeof value !== 'string') {
      throw new InvalidOptionError('redis.password', `(${typeof value})`, expected);
    }
    check(`redis.${name}`, typeof value === 'string' ? shownText(name, value) : value);
  }
}

/** A host that is really a whole URL may contain a password. */
function shownText(name: string, value: string): string {
  return name === 'host' ? withoutPassword(value) : value;
}

/** Settings often arrive as texts. */
function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= MAX_PORT;
}

function isDatabase(value: unknown): boolean {
  try {
    databaseOf(value);
    return true;
  } catch {
    return false;
  }
}

function isSentinels(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isAddress);
}

function isAddress(value: unknown): boolean {
  const { host, port } = (value ?? {}) as { readonly host?: unknown; readonly port?: unknown };
  const isHost = host === undefined || host === null || typeof host === 'string';
  return typeof value === 'object' && isHost && (port === undefined || isPort(port));
}
