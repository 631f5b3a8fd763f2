import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { makeApp, pack, requireEntryPoint, runApp, type PackedPackage } from './packages.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

// The packages are ESM, which Node's require() loads as it is.
const MEANT = ['CJSResolvesToESM'];
// What they extend is there in a test of Jest's or Vitest's only; packages/work's tests and test/vitest.spec.ts import them.
const ONLY_IN_TESTS = ['@nestcraft/work/testing/jest', '@nestcraft/work/testing/vitest'];

describe('what is published', () => {
  let packages: readonly PackedPackage[] = [];
  const folders: string[] = [];

  beforeAll(async () => {
    packages = await pack();
    folders.push(dirname(packages[0]?.tarball ?? ''));
  }, 60_000);

  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it('is without fault for publint', async () => {
    for (const { name, tarball } of packages) {
      const { messages, pkg } = await publint({ pack: { tarball: await bytes(tarball) } });
      const found = messages.map((message) => formatMessage(message, pkg));
      expect({ name, found }).toEqual({ name, found: [] });
    }
  });

  it('has types that every way of resolving modules finds', async () => {
    for (const { name, tarball } of packages) {
      const packed = createPackageFromTarballData(new Uint8Array(await bytes(tarball)));
      const result = await checkPackage(packed);
      const problems = result.types ? result.problems : [{ kind: 'NoTypes' }];
      const found = problems.filter(({ kind }) => !MEANT.includes(kind));
      expect({ name, found }).toEqual({ name, found: [] });
    }
  });

  it('can be required, because nothing in it awaits before it is there', async () => {
    for (const { entryPoints } of packages) {
      expect(entryPoints).not.toEqual([]);
      for (const entryPoint of entryPoints) {
        if (!ONLY_IN_TESTS.includes(entryPoint)) await requireEntryPoint(entryPoint);
      }
    }
  });

  it.each([
    { type: 'module', nest: '^12.5.1' },
    { type: 'commonjs', nest: '^11.1.0' },
  ] as const)(
    'runs a job in a fresh $type application on Nest $nest',
    async (kind) => {
      const folder = await makeApp(kind, packages);
      folders.push(folder);
      const { said, warnings } = await runApp(folder, REDIS, `test-${randomUUID()}`);
      expect(said).toEqual({ greeted: 'Ada', page: 200, waiting: [0], dead: 1 });
      expect(warnings).toBe('');
    },
    180_000,
  );
});

async function bytes(path: string): Promise<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
