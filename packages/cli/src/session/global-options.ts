import type { Terminal } from '../terminal/terminal.js';
import { UsageFailure } from './failures.js';

/** The options of every command, as they were given. */
export interface GivenOptions {
  readonly redis: string;
  readonly redisPasswordEnv?: string;
  readonly redisPasswordStdin?: boolean;
  readonly namespace: string;
  readonly timeout: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly verbose?: boolean;
}

/** Flags and descriptions of these options, and their defaults. */
export const GLOBAL_OPTIONS: readonly (readonly [flags: string, about: string, value?: string])[] =
  [
    ['--redis <url>', 'where Redis is', 'redis://127.0.0.1:6379'],
    [
      '--redis-password-env <name>',
      'the environment variable with the password of Redis, which others would see in the URL',
    ],
    ['--redis-password-stdin', 'the password of Redis is the first line of the standard input'],
    ['--namespace <name>', 'the namespace of the jobs', 'work'],
    ['--timeout <duration>', 'how long to wait for Redis', '5s'],
    ['--json', 'print JSON'],
    ['--yes', 'do not ask before destroying something'],
    ['--verbose', 'show the stack of an error'],
  ];

/** Returns the URL of Redis, with the password that was given apart. @throws UsageFailure */
export function redisUrl(
  { redis, redisPasswordEnv, redisPasswordStdin }: GivenOptions,
  { env, readLine }: Pick<Terminal, 'env' | 'readLine'>,
): string {
  const password = redisPasswordStdin ? readLine() : fromEnvironment(env, redisPasswordEnv);
  return password === undefined ? redis : withPassword(redis, password);
}

function fromEnvironment(env: Terminal['env'], name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageFailure(
    `--redis-password-env ${name}: this environment variable is not set or is empty.`,
  );
}

function withPassword(redis: string, password: string): string {
  const url = URL.canParse(redis) ? new URL(redis) : undefined;
  if (url) url.password = encodeURIComponent(password);
  if (url && url.password !== '') return url.href;
  throw new UsageFailure(
    'A Redis password must not be empty, and needs a URL that can contain one, such as redis://127.0.0.1:6379.',
  );
}

/** Returns the forms of the password in a URL, for hiding them. */
export function passwordsIn(redis: string): string[] {
  const encoded = URL.canParse(redis) ? new URL(redis).password : '';
  if (encoded === '') return [];
  try {
    return [...new Set([encoded, decodeURIComponent(encoded)])];
  } catch {
    return [encoded];
  }
}
