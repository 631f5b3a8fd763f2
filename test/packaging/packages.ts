import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_OUTPUT = 16 * 1024 * 1024; // it lists every file
const APP = fileURLToPath(new URL('./app', import.meta.url));

/** A package as `npm publish` would send it. */
export interface PackedPackage {
  readonly name: string;
  /** What can be imported, such as `@nestcraft/work`. */
  readonly entryPoints: readonly string[];
  readonly tarball: string;
}

/** An application that somebody else writes: its kind of modules, and the Nest that it is built on. */
export interface AppKind {
  readonly type: 'module' | 'commonjs';
  readonly nest: string;
}

/** Packs all packages that are published into a new folder. */
export async function pack(): Promise<readonly PackedPackage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nestcraft-packages-'));
  const manifests = await publishedManifests();
  const { stdout } = await run(
    'npm',
    [
      ...['pack', '--json', '--pack-destination', folder],
      ...manifests.map(({ name }) => `--workspace=${name}`),
    ],
    { cwd: ROOT, maxBuffer: MAX_OUTPUT },
  );
  const packed = JSON.parse(stdout) as readonly { name: string; filename: string }[];
  return packed.map(({ name, filename }) => ({
    name,
    entryPoints: entryPointsOf(manifests.find((manifest) => manifest.name === name)),
    tarball: join(folder, filename),
  }));
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

async function publishedManifests(): Promise<readonly Manifest[]> {
  const packages = join(ROOT, 'packages');
  const manifests = (await readdir(packages)).map(async (folder) => {
    const text = await readFile(join(packages, folder, 'package.json'), 'utf8');
    return JSON.parse(text) as Manifest;
  });
  return (await Promise.all(manifests)).filter((manifest) => manifest.private !== true);
}

function entryPointsOf({ name, exports = {} }: Manifest = { name: '' }): readonly string[] {
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => join(name, path));
}

/** Has a CommonJS program require an entry point, beside everything that is installed here. */
export async function requireEntryPoint(entryPoint: string): Promise<void> {
  const code = `require(${JSON.stringify(entryPoint)})`;
  await run('node', ['--input-type=commonjs', '-e', code], { cwd: ROOT });
}

/** Installs the packages into a fresh application of the kind, as anybody would, and compiles it. */
export async function makeApp(
  { type, nest }: AppKind,
  packages: readonly PackedPackage[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `nestcraft-app-${type}-`));
  const dependencies = {
    ...Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`])),
    '@nestjs/common': nest,
    '@nestjs/core': nest,
    '@nestjs/platform-express': nest,
    '@types/node': '^20.19.0',
    ioredis: '^6.0.0',
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.2',
    typescript: '~6.0.0',
  };
  await cp(APP, folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'app', private: true, type, dependencies }),
  );
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
  await run('node', ['node_modules/typescript/bin/tsc'], { cwd: folder });
  return folder;
}

/** Runs the compiled application; returns what it says of itself, and whatever else it wrote. */
export async function runApp(
  folder: string,
  ...args: string[]
): Promise<{ readonly said: unknown; readonly warnings: string }> {
  const { stdout, stderr } = await run('node', ['dist/main.js', ...args], { cwd: folder });
  return { said: JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), warnings: stderr };
}
