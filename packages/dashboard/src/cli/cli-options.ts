import { parseArgs } from 'node:util';
import { isLoopback } from '../security/loopback.js';

export const USAGE = `Usage: nestcraft-dashboard [options]

Serves the dashboard of a namespace without an application, also of a fleet of gocraft/work alone.

  --redis URL                default redis://127.0.0.1:6379
  --redis-password-env NAME  the environment variable with the password of Redis, which other users of
                             the machine would see in the URL
  --redis-password-stdin     the password of Redis is the first line of the standard input
  --redis-ca FILE            the certificate of the authority that signed that of Redis (PEM), for rediss://
  --redis-cert FILE          a certificate of this client (PEM), with
  --redis-key FILE           its key
  --namespace NAME           default work
  --port PORT                default 5040; 0 takes a free one
  --host HOST                default 127.0.0.1; another one needs --user or --insecure-allow-all
  --user NAME                who may sign in, with
  --password-env NAME        the environment variable with the password of --user
  --insecure-allow-all       let everybody in who reaches the host
  --read-only                refuse everything but looking
  --help
`;

const OPTIONS = {
  redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
  'redis-password-env': { type: 'string' },
  'redis-password-stdin': { type: 'boolean', default: false },
  'redis-ca': { type: 'string' },
  'redis-cert': { type: 'string' },
  'redis-key': { type: 'string' },
  namespace: { type: 'string', default: 'work' },
  port: { type: 'string', default: '5040' },
  host: { type: 'string', default: '127.0.0.1' },
  user: { type: 'string' },
  'password-env': { type: 'string' },
  'insecure-allow-all': { type: 'boolean', default: false },
  'read-only': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Thrown for an invalid command line; the message gives the reason and the remedy. */
export class UsageError extends Error {}

/** The settings from a command line. */
export interface CliOptions {
  readonly help: boolean;
  readonly redis: string;
  /** The certificates for TLS; `undefined` for Node's own. */
  readonly tls: CliTls | undefined;
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
  readonly readOnly: boolean;
  /** The user who may sign in; `undefined` for no login. */
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** Certificates and a key as PEM. */
export interface CliTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** The environment in which a command line is read. */
export interface CliSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readLine: () => string;
  readonly readFile: (path: string) => Buffer;
}

/** @throws UsageError */
export function readOptions(
  args: readonly string[],
  { env, readLine, readFile }: CliSurroundings,
): CliOptions {
  const values = parse(args);
  const password = values['redis-password-stdin']
    ? readLine()
    : fromEnvironment(env, 'redis-password-env', values['redis-password-env']);
  return {
    help: values.help,
    redis: password === undefined ? values.redis : withPassword(values.redis, password),
    tls: tlsOf(values, readFile),
    namespace: values.namespace,
    host: values.host,
    port: portOf(values.port),
    readOnly: values['read-only'],
    login: loginOf(values, env),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ options: OPTIONS, args: [...args] }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function tlsOf(
  values: ReturnType<typeof parse>,
  readFile: CliSurroundings['readFile'],
): CliTls | undefined {
  const named = (['ca', 'cert', 'key'] as const).flatMap((name) => {
    const path = values[`redis-${name}`];
    return path === undefined ? [] : [[name, path] as const];
  });
  if (named.length === 0) return undefined;
  if (!/^rediss:/i.test(values.redis)) {
    throw new UsageError('--redis-ca, --redis-cert and --redis-key need --redis rediss://….');
  }
  return Object.fromEntries(named.map(([name, path]) => [name, fileAt(name, path, readFile)]));
}

function fileAt(name: string, path: string, readFile: CliSurroundings['readFile']): Buffer {
  try {
    return readFile(path);
  } catch (error) {
    throw new UsageError(`--redis-${name} ${path} cannot be read: ${(error as Error).message}.`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port ${text} is not a port: give a number from 0 to 65535.`);
}

function loginOf(
  values: ReturnType<typeof parse>,
  env: CliSurroundings['env'],
): CliOptions['login'] {
  const password = fromEnvironment(env, 'password-env', values['password-env']);
  if (values.user !== undefined && password !== undefined) {
    return { username: values.user, password };
  }
  if (values.user !== undefined || password !== undefined) {
    throw new UsageError('--user and --password-env must be used together: give both.');
  }
  if (isLoopback(values.host) || values['insecure-allow-all'] || values.help) return undefined;
  throw new UsageError(
    `--host ${values.host} makes the dashboard reachable from other machines: give --user and --password-env, or --insecure-allow-all.`,
  );
}

function fromEnvironment(
  env: CliSurroundings['env'],
  option: string,
  name: string | undefined,
): string | undefined {
  if (name === undefined) return undefined;
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`--${option} ${name}: this environment variable is not set or is empty.`);
}

function withPassword(redis: string, password: string): string {
  const url = URL.canParse(redis) ? new URL(redis) : undefined;
  if (url) url.password = encodeURIComponent(password);
  if (url && url.password !== '') return url.href;
  throw new UsageError(
    'A Redis password must not be empty, and needs a URL that can contain one, such as redis://127.0.0.1:6379.',
  );
}
