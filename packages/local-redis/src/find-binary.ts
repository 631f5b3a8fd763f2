import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { RedisNotFoundError } from './errors.js';
import { installRedis, unpackedBinary } from './install-redis.js';
import type { Environment, RedisBinary } from './redis-binary.js';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * Finds a Redis server, in this order: the one that `NESTCRAFT_REDIS_BINARY` names, `redis-server` or `valkey-server`
 * on PATH, one that was unpacked into the cache folder earlier, or one that is installed now.
 *
 * @param env the environment to search; default: this process's
 * @throws RedisNotFoundError
 */
export async function findBinary(env: Environment = process.env): Promise<RedisBinary> {
  return (await presentBinary(env)) ?? (await install(env));
}

/** Does the same as `findBinary` without installing anything. */
export async function presentBinary(env: Environment): Promise<RedisBinary | undefined> {
  if (env.NESTCRAFT_REDIS_BINARY) return { path: env.NESTCRAFT_REDIS_BINARY };
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return { path };
    }
  }
  return unpackedBinary(cacheFolder(env));
}

async function install(env: Environment): Promise<RedisBinary> {
  try {
    await installRedis(cacheFolder(env), env, async () => (await presentBinary(env)) !== undefined);
  } catch (error) {
    throw new RedisNotFoundError(error);
  }
  const binary = await presentBinary(env);
  if (!binary) throw new RedisNotFoundError();
  return binary;
}

function cacheFolder(env: Environment): string {
  return join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'nestcraft', 'redis');
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
