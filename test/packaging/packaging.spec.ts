import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { Example } from '../examples/example.js';
import { bundle } from './bundles.js';
import { FreshApp, runProgram } from './fresh-app.js';
import { isOneCopy, pack, requireAll, type PackedPackage } from './packages.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';
const SLOW = 180_000;
const COMMONJS_EXAMPLE = fileURLToPath(new URL('../../examples/commonjs-jest', import.meta.url));
const LOOSE = ['--noEmit', '--skipLibCheck'];
const RAN = { greeted: 'Ada', page: 200, waiting: [0], dead: 1 };

// What it extends is there in a test of Jest's or Vitest's only; packages/work's tests and test/vitest.spec.ts import them.
const ONLY_IN_TESTS = /testing\/(jest|vitest)(\.js)?$/;

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
      const result = await checkPackage(packed, { excludeEntrypoints: ['./heartbeat'] });
      const problems = result.types ? result.problems : [{ kind: 'NoTypes' }];
      expect({ name, problems }).toEqual({ name, problems: [] });
    }
  });

  it('can be required: as ESM, in which nothing awaits before it is there, and as CommonJS', async () => {
    const ways = [
      packages.flatMap(({ entryPoints }) => entryPoints),
      packages.flatMap(({ commonJsFiles }) => commonJsFiles),
    ];
    for (const modules of ways) {
      expect(modules.length).toBeGreaterThan(packages.length);
      await requireAll(modules.filter((module) => !ONLY_IN_TESTS.test(module)));
    }
  });

  it('is there once in a process that requires and imports it', async () => {
    expect(await isOneCopy('@nestcraft/work')).toBe(true);
  });

  it('has no source map that leads nowhere', async () => {
    for (const { name, tarball } of packages) {
      const packed = createPackageFromTarballData(new Uint8Array(await bytes(tarball)));
      expect({ name, faults: mapFaults(packed) }).toEqual({ name, faults: [] });
    }
  });

  it(
    'runs a job in an ESM application on Nest 12 with Fastify, and brings no Express',
    async () => {
      const app = await FreshApp.make(
        { type: 'module', nest: '^12.5.0', platform: 'fastify', typescript: '~6.0.0' },
        packages,
      );
      folders.push(app.folder);
      const modules = await readdir(join(app.folder, 'node_modules'));
      expect(modules).not.toContain('express');
      expect(await app.start(REDIS, aNamespace())).toEqual({ said: RAN, warnings: '' });
    },
    SLOW,
  );

  describe('in a CommonJS application on Nest 11, with TypeScript 5.7', () => {
    let app: FreshApp;

    beforeAll(async () => {
      app = await FreshApp.make(
        {
          ...{ type: 'commonjs', nest: '^11.1.0', platform: 'express', typescript: '~5.7.3' },
          jest: { jest: '^30.0.0', 'ts-jest': '^29.2.5' },
        },
        packages,
      );
      folders.push(app.folder);
    }, SLOW);

    it('runs a job', async () => {
      expect(await app.start(REDIS, aNamespace())).toEqual({ said: RAN, warnings: '' });
    });

    it('compiles, however modules are resolved', async () => {
      await Promise.all([
        app.compile(...LOOSE, '--module', 'commonjs', '--moduleResolution', 'node10'),
        app.compile(...LOOSE, '--module', 'es2022', '--moduleResolution', 'bundler'),
      ]);
    }, 60_000);

    it('is tested with Jest, which needs no configuration', async () => {
      expect(await app.test()).toMatchObject({ numPassedTests: 3, numTotalTests: 3 });
    }, 60_000);

    it('is what the example commonjs-jest is, which passes its own tests', async () => {
      const copy = await app.beside(COMMONJS_EXAMPLE);
      folders.push(copy.folder);
      await copy.compile('-p', 'tsconfig.build.json');
      expect(await copy.test()).toMatchObject({ numPassedTests: 4, numTotalTests: 4 });
      const example = new Example('commonjs-jest', copy.folder);
      const run = example.start();
      expect(await run.exit()).toBe(0);
      expect(run.output).toContain('To ada@example.com: Receipt of order 1');
      await example.close();
    }, 60_000);

    it(
      'runs as a bundle of esbuild or webpack, where nothing is installed',
      async () => {
        const { folder, mains, enqueuers } = await bundle(app.folder);
        folders.push(folder);
        const namespace = aNamespace();
        for (const enqueuer of enqueuers) await runProgram(enqueuer, REDIS, namespace);
        const redis = new Redis(ADMIN_REDIS);
        expect(await redis.llen(`${namespace}:jobs:greet`)).toBe(enqueuers.length);
        redis.disconnect();
        const runs = Object.entries(mains).map(async ([name, main]) => {
          return [name, await runProgram(main, REDIS, aNamespace(), 'next-beat')] as const;
        });
        expect(Object.fromEntries(await Promise.all(runs))).toEqual({
          cjs: { said: RAN, warnings: '' },
          esm: { said: RAN, warnings: '' },
          webpack: { said: RAN, warnings: '' },
          // The main thread beats, and one line tells so.
          alone: {
            said: RAN,
            warnings: expect.stringMatching(
              /^.*thread is missing.*@nestcraft\/work\/heartbeat.*\n$/,
            ),
          },
        });
      },
      SLOW,
    );
  });
});

/** The maps that code names and that are not there, or that no code names, or that name files without their text. */
function mapFaults(packed: Package): readonly string[] {
  const files = packed.listFiles();
  const named = files
    .filter((file) => /\.[cm]?js$/.test(file))
    .flatMap((file) => {
      const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(packed.readFile(file)) ?? [];
      return map === undefined ? [] : [join(dirname(file), map)];
    });
  const maps = files.filter((file) => file.endsWith('.map'));
  return [
    ...named.filter((map) => !maps.includes(map)),
    ...maps.filter((map) => !named.includes(map) || !isComplete(packed.readFile(map))),
  ];
}

function isComplete(map: string): boolean {
  const { sources, sourcesContent = [] } = JSON.parse(map) as {
    readonly sources: readonly string[];
    readonly sourcesContent?: readonly string[];
  };
  return sources.length === sourcesContent.length;
}

function aNamespace(): string {
  return `test-${randomUUID()}`;
}

async function bytes(path: string): Promise<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
