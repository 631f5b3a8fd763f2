import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// The code of a thread, which nobody imports, and what is no code.
const NOT_IMPORTED = new Set(['./heartbeat', './package.json']);
const MAX_OUTPUT = 16 * 1024 * 1024; // it lists every file

/** A package as `npm publish` would send it. */
export interface PackedPackage {
  readonly name: string;
  /** What can be imported, such as `@nestcraft/work`. */
  readonly entryPoints: readonly string[];
  /** The files that a `require` gets which loads no ESM. */
  readonly commonJsFiles: readonly string[];
  readonly tarball: string;
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
    ...pathsOf(manifests.find((manifest) => manifest.name === name)),
    tarball: join(folder, filename),
  }));
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, { readonly require?: string }>>;
}

async function publishedManifests(): Promise<readonly Manifest[]> {
  const packages = join(ROOT, 'packages');
  const manifests = (await readdir(packages)).map(async (folder) => {
    const text = await readFile(join(packages, folder, 'package.json'), 'utf8');
    return JSON.parse(text) as Manifest;
  });
  return (await Promise.all(manifests)).filter((manifest) => manifest.private !== true);
}

function pathsOf(
  { name, exports = {} }: Manifest = { name: '' },
): Pick<PackedPackage, 'entryPoints' | 'commonJsFiles'> {
  const targets = Object.entries(exports).filter(([path]) => !NOT_IMPORTED.has(path));
  return {
    entryPoints: targets.map(([path]) => join(name, path)),
    commonJsFiles: targets.map(([, { require: file = '' }]) =>
      join(ROOT, 'node_modules', name, file),
    ),
  };
}

/** Has a CommonJS program require modules, beside everything that is installed here. */
export async function requireAll(modules: readonly string[]): Promise<void> {
  const code = modules.map((module) => `require(${JSON.stringify(module)})`).join(';');
  await run('node', ['--input-type=commonjs', '-e', code], { cwd: ROOT });
}

/** Whether `require` and `import` of a module give the same things in one process. */
export async function isOneCopy(module: string): Promise<boolean> {
  const name = JSON.stringify(module);
  const code = `const required = require(${name});
    import(${name}).then((imported) => {
      console.log(Object.keys(imported).every((key) => imported[key] === required[key]));
    });`;
  const { stdout } = await run('node', ['--input-type=commonjs', '-e', code], { cwd: ROOT });
  return stdout.trim() === 'true';
}
