import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisNotFoundError } from './errors.js';
import { findBinary, presentBinary } from './find-binary.js';
import { unpack, unpackedBinary } from './install-redis.js';
import { LocalRedis } from './local-redis.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-binary-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function aProgram(...path: string[]): Promise<string> {
  const file = join(folder, ...path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

describe('presentBinary', () => {
  it('prefers the variable, then redis-server, then valkey-server, then the cache', async () => {
    const redis = await aProgram('bin1', 'redis-server');
    const valkey = await aProgram('bin0', 'valkey-server');
    const cached = await aProgram(
      'cache',
      'nestcraft',
      'redis',
      'root',
      'usr',
      'bin',
      'redis-server',
    );
    const path = `${join(folder, 'bin0')}:${join(folder, 'bin1')}`;
    const cache = { XDG_CACHE_HOME: join(folder, 'cache') };
    const find = async (env: Record<string, string>): Promise<string | undefined> =>
      (await presentBinary(env))?.path;

    expect(await find({ NESTCRAFT_REDIS_BINARY: '/opt/redis', PATH: path })).toBe('/opt/redis');
    expect(await find({ PATH: path, ...cache })).toBe(redis);
    expect(await find({ PATH: join(folder, 'bin0'), ...cache })).toBe(valkey);
    expect(await find({ PATH: folder, ...cache })).toBe(cached);
    expect(await find({ PATH: folder, XDG_CACHE_HOME: folder })).toBeUndefined();
  });

  it('passes over a file that cannot be run', async () => {
    const file = await aProgram('redis-server');
    await chmod(file, 0o644);
    expect(await presentBinary({ PATH: folder, XDG_CACHE_HOME: folder })).toBeUndefined();
  });
});

describe('findBinary', () => {
  it('gives advice if there is neither a server nor apt-get', async () => {
    const env = { PATH: folder, XDG_CACHE_HOME: folder };
    await expect(findBinary(env)).rejects.toThrow(RedisNotFoundError);
    await expect(findBinary(env)).rejects.toThrow(
      /brew install redis[^]*apt-get[^]*docker[^]*REDIS_URL/,
    );
  });
});

const withApt = hasAptGet() ? it : it.skip;
if (!hasAptGet()) console.warn('SKIPPED: unpacking Redis needs apt-get, which is not here');

describe('unpack', () => {
  withApt(
    'makes a server that runs, without root and without installing anything',
    async () => {
      await unpack(folder);
      const binary = await unpackedBinary(folder);
      expect(binary?.path).toBe(join(folder, 'root', 'usr', 'bin', 'redis-server'));
      const libraries = process.env.LD_LIBRARY_PATH;
      process.env.LD_LIBRARY_PATH = binary?.env?.LD_LIBRARY_PATH;
      try {
        const redis = await LocalRedis.start({ binary: binary?.path ?? '' });
        expect(redis.pid).toBeGreaterThan(0);
        await redis.stop();
      } finally {
        if (libraries === undefined) delete process.env.LD_LIBRARY_PATH;
        else process.env.LD_LIBRARY_PATH = libraries;
      }
    },
    180_000,
  );
});

function hasAptGet(): boolean {
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
