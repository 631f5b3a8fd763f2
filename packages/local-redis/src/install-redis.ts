import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Environment, RedisBinary } from './redis-binary.js';

const run = promisify(execFile);

const PACKAGES = ['redis-server', 'redis-tools'];
const POLICY = '/usr/sbin/policy-rc.d';
// Longer than any installation takes: an older lock was left by a process that died.
const LOCK_STALE = 300_000;

/**
 * Installs Redis on Debian, Ubuntu and similar systems. As root it installs the system's package without starting its
 * service. Otherwise, or if `isThere` does not find it afterwards, it unpacks the package into `cache`. If several
 * processes try at the same time, only one installs it.
 *
 * @throws Error if apt-get is missing or fails
 */
export async function installRedis(
  cache: string,
  env: Environment,
  isThere: () => Promise<boolean>,
): Promise<void> {
  await run('apt-get', ['--version'], { env: env }).catch(() => {
    throw new Error('apt-get was not found');
  });
  await mkdir(cache, { recursive: true });
  await withLock(join(cache, 'install.lock'), async () => {
    if (await isThere()) return;
    console.error('Installing redis-server with apt-get (only once)…');
    const isRoot = process.getuid?.() === 0;
    if (isRoot && (await installPackage().catch(() => false)) && (await isThere())) return;
    await unpack(cache);
  });
}

/** Returns the server that was unpacked into `cache`, if any. */
export async function unpackedBinary(cache: string): Promise<RedisBinary | undefined> {
  const path = join(cache, 'root', 'usr', 'bin', 'redis-server');
  if (!(await exists(path))) return undefined;
  const libraries = await libraryFolders(join(cache, 'root'));
  return { path, env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/** Installs the package as root. Debian starts an installed service unless this policy forbids it. */
async function installPackage(): Promise<boolean> {
  const hasPolicy = await exists(POLICY);
  if (!hasPolicy) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const install = ['install', '-y', '--no-install-recommends', 'redis-server'];
  try {
    await aptGet(install).catch(async () => {
      await aptGet(['update']);
      await aptGet(install);
    });
    return true;
  } finally {
    if (!hasPolicy) await rm(POLICY, { force: true });
  }
}

/** Downloads Redis and its missing dependencies and unpacks them, without root. */
export async function unpack(cache: string): Promise<void> {
  const work = join(cache, `unpack-${process.pid}`);
  const own = await ownLists(work);
  try {
    const packages = await missingPackages(own);
    await aptGet([...own, 'download', ...packages], work);
    const root = join(work, 'root');
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(work, file), root]);
    }
    await rm(join(cache, 'root'), { recursive: true, force: true });
    await rename(root, join(cache, 'root'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Creates private package lists, which can be updated without root. */
async function ownLists(work: string): Promise<string[]> {
  const lists = join(work, 'lists');
  const archives = join(work, 'archives');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  const options = {
    'Dir::State::Lists': lists,
    'Dir::Cache::Archives': archives,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'APT::Sandbox::User': '',
    'Debug::NoLocking': 'true',
  };
  const own = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await aptGet([...own, 'update']);
  return own;
}

async function missingPackages(own: readonly string[]): Promise<string[]> {
  const { stdout } = await aptGet([
    ...own,
    'install',
    '--simulate',
    '--no-install-recommends',
    'redis-server',
  ]);
  const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  return [...new Set([...PACKAGES, ...missing])];
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const base of [join(root, 'usr', 'lib'), join(root, 'lib')]) {
    if (!(await exists(base))) continue;
    const entries = await readdir(base, { withFileTypes: true });
    folders.push(base, ...entries.filter((e) => e.isDirectory()).map((e) => join(base, e.name)));
  }
  return folders;
}

function aptGet(args: readonly string[], cwd?: string): Promise<{ stdout: string }> {
  return run('apt-get', args, {
    cwd,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function withLock(lock: string, act: () => Promise<void>): Promise<void> {
  while (!(await tryLock(lock))) await sleep(200);
  try {
    await act();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LOCK_STALE) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
