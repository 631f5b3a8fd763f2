import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly [key: string]: unknown;
}

const published = readdirSync(PACKAGES)
  .map((folder) => {
    const text = readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8');
    return { folder, manifest: JSON.parse(text) as Manifest };
  })
  .filter(({ manifest }) => manifest.private !== true);

describe.each(published)('packages/$folder', ({ folder, manifest }) => {
  it('says whose it is, and where', () => {
    expect(manifest).toMatchObject({
      author: 'The Nestcraft Work authors',
      license: 'MIT',
      homepage: `https://github.com/nestcraft/work/tree/main/packages/${folder}#readme`,
      repository: {
        type: 'git',
        url: 'git+https://github.com/nestcraft/work.git',
        directory: `packages/${folder}`,
      },
      bugs: 'https://github.com/nestcraft/work/issues',
    });
    expect(manifest.keywords).toContain('redis');
    expect(manifest.description).toBeTruthy();
  });
});
