import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = join(ROOT, 'packages');
const REPOSITORY = 'https://github.com/nestcraft/work';
const PICTURES = 'https://raw.githubusercontent.com/nestcraft/work/main/';
const MAX_OUTPUT = 16 * 1024 * 1024; // it lists every file

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly sideEffects?: false | readonly string[];
  readonly [key: string]: unknown;
}

/** A package as `npm publish` would send it. */
interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

const published = readdirSync(PACKAGES)
  .map((folder) => {
    const text = readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8');
    return { folder, manifest: JSON.parse(text) as Manifest };
  })
  .filter(({ manifest }) => manifest.private !== true);

async function listPacked(): Promise<readonly Packed[]> {
  const workspaces = published.map(({ manifest }) => `--workspace=${manifest.name}`);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--dry-run', '--json', ...workspaces],
    { cwd: ROOT, maxBuffer: MAX_OUTPUT },
  );
  return JSON.parse(stdout) as readonly Packed[];
}

/** The sources that a source map names and does not hold. */
function sourcesOutside(map: string): readonly string[] {
  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(map, 'utf8')) as {
    readonly sources: readonly string[];
    readonly sourcesContent?: readonly (string | null)[];
  };
  return sources
    .filter((_, index) => typeof sourcesContent[index] !== 'string')
    .map((source) => join(dirname(map), source));
}

let packed: readonly Packed[];

beforeAll(async () => {
  packed = await listPacked();
}, 60_000);

describe.each(published)('packages/$folder', ({ folder, manifest }) => {
  const readme = readFileSync(join(PACKAGES, folder, 'README.md'), 'utf8');
  const prose = readme.replace(/^```[^]*?^```/gm, '');
  const filesIn = (): readonly string[] =>
    packed.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? [];

  it('says whose it is, and where', () => {
    expect(manifest).toMatchObject({
      author: 'The Nestcraft Work authors',
      license: 'MIT',
      homepage: `${REPOSITORY}/tree/main/packages/${folder}#readme`,
      repository: {
        type: 'git',
        url: `git+${REPOSITORY}.git`,
        directory: `packages/${folder}`,
      },
      bugs: `${REPOSITORY}/issues`,
      engines: { node: '>=20.19' },
    });
    expect(manifest.keywords).toContain('redis');
    expect(manifest.description).toBeTruthy();
  });

  it('has the version of the others', () => {
    expect(manifest.version).toBe(published[0]?.manifest.version);
  });

  it('tells bundlers which of its files do something when they are imported', () => {
    const { sideEffects } = manifest;
    expect(sideEffects).toBeDefined();
    const named = sideEffects === false ? [] : (sideEffects ?? []);
    const isThere = (pattern: string): boolean =>
      filesIn().some((file) => file.endsWith(pattern.replace(/^.*\*/, '').replace(/^\.\//, '')));
    expect(named.filter((pattern) => !isThere(pattern))).toEqual([]);
  });

  it('has a README that stands alone: with how to install it, and no link that needs the repository', () => {
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
    expect(readme).toMatch(new RegExp(`^npm install .*${manifest.name}\\b`, 'm'));
    expect(prose).toContain(`${REPOSITORY}/blob/main/`);
    expect(prose).toContain('MIT licensed');
  });

  it('shows pictures that are in the repository', () => {
    const pictures = [...prose.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, url = '']) => url);
    expect(pictures.filter((url) => !url.startsWith(PICTURES))).toEqual([]);
    const missing = pictures.filter((url) => !existsSync(join(ROOT, url.replace(PICTURES, ''))));
    expect(missing).toEqual([]);
  });

  it('contains its license, which is that of the project, and its README', () => {
    expect(filesIn()).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    const [own, ours] = [join(PACKAGES, folder, 'LICENSE'), join(ROOT, 'LICENSE')];
    expect(readFileSync(own, 'utf8')).toBe(readFileSync(ours, 'utf8'));
  });

  it('contains no source map without its source', () => {
    const files = new Set(filesIn().map((path) => join(PACKAGES, folder, path)));
    const outside = [...files]
      .filter((file) => file.endsWith('.map'))
      .flatMap(sourcesOutside)
      .filter((source) => !files.has(source));
    expect(outside).toEqual([]);
  });

  it('contains no source, test or cache', () => {
    const strange = filesIn().filter((path) => /\.spec\.|^src\/|\.tsbuildinfo$/.test(path));
    expect(strange.map((path) => basename(path))).toEqual([]);
  });
});
