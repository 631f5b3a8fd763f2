import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalRedis } from '@nestcraft/local-redis';
import { FreshApp } from '../packaging/fresh-app.js';
import type { PackedPackage } from '../packaging/packages.js';
import { node, server, type Binary } from './binaries.js';
import type { Row } from './rows.js';
import { run } from './run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXPECTED = { greeted: 'Ada', page: 200, waiting: [0], dead: 1 };

/** The engine's specs that use the most of Redis, ioredis and Node. */
const SPECS = [
  'packages/engine/src/client/client.spec.ts',
  'packages/engine/src/enqueue/enqueuer.spec.ts',
  'packages/engine/src/enqueue/unique-job.spec.ts',
  'packages/engine/src/maintenance/dead-pool-reaper.spec.ts',
  'packages/engine/src/maintenance/periodic-enqueuer.spec.ts',
  'packages/engine/src/maintenance/requeuer.spec.ts',
  'packages/engine/src/pool/worker-pool.spec.ts',
  'packages/engine/src/scripts/settle.spec.ts',
];

/** What came of a row. */
export interface Outcome {
  readonly node: string;
  readonly nest: string;
  readonly ioredis: string;
  readonly server: string;
  /** `refused` where npm does not install the packages beside these versions. */
  readonly app: 'passed' | 'failed' | 'refused';
  /** `undefined` where the application could not be installed. */
  readonly specs: { readonly passed: number; readonly failed: number } | undefined;
  readonly date: string;
}

/** Runs one combination of versions: an application that installs the packed packages, then specs of the engine. */
export async function runRow(
  row: Row,
  packages: readonly PackedPackage[],
  folder: string,
): Promise<Outcome> {
  const [runtime, redis] = [await node(row.node, folder), await server(row.server, folder)];
  const versions = {
    node: runtime.version,
    nest: row.nest,
    ioredis: row.ioredis,
    server: redis.version,
  };
  const date = new Date().toISOString().slice(0, 10);
  const app = await install(row, packages);
  if (!app) return { ...versions, app: 'refused', specs: undefined, date };
  try {
    return {
      ...versions,
      nest: await installed(app, '@nestjs/core'),
      ioredis: await installed(app, 'ioredis'),
      app: (await runsJobs(app, runtime, redis)) ? 'passed' : 'failed',
      specs: await runSpecs(app, runtime, redis),
      date,
    };
  } finally {
    await rm(app.folder, { recursive: true, force: true });
  }
}

/** `undefined` where npm says that the versions do not go together. */
async function install(
  { nest, ioredis }: Row,
  packages: readonly PackedPackage[],
): Promise<FreshApp | undefined> {
  const isOld = Number.parseInt(nest) < 12;
  const kind = isOld
    ? ({ type: 'commonjs', typescript: '~5.7.3' } as const)
    : ({ type: 'module', typescript: '~6.0.0' } as const);
  try {
    return await FreshApp.make({ ...kind, nest, ioredis, platform: 'express' }, packages);
  } catch (error) {
    if (error instanceof Error && error.message.includes('ERESOLVE')) return undefined;
    throw error;
  }
}

async function installed(app: FreshApp, name: string): Promise<string> {
  const text = await readFile(join(app.folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function runsJobs(app: FreshApp, runtime: Binary, redis: Binary): Promise<boolean> {
  const local = await LocalRedis.start({ binary: redis.path });
  try {
    const main = join(app.folder, 'dist/main.js');
    const { code, stdout, stderr } = await run(runtime.path, [main, local.url, 'matrix']);
    const hasPassed = code === 0 && stdout.trim().endsWith(JSON.stringify(EXPECTED));
    if (!hasPassed) console.error(stdout, stderr);
    return hasPassed;
  } finally {
    await local.stop();
  }
}

async function runSpecs(
  app: FreshApp,
  runtime: Binary,
  redis: Binary,
): Promise<NonNullable<Outcome['specs']>> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = [...flags, join(ROOT, 'node_modules/jest/bin/jest.js'), ...SPECS];
  const { stdout, stderr } = await run(
    runtime.path,
    // Some releases of ioredis 5 keep a timer, which would keep Jest.
    [...jest, '--selectProjects', 'redis', '--runInBand', '--forceExit', '--json'],
    {
      cwd: ROOT,
      env: {
        NESTCRAFT_REDIS_BINARY: redis.path,
        NESTCRAFT_TEST_IOREDIS: join(app.folder, 'node_modules/ioredis'),
      },
    },
  );
  const { numPassedTests, numFailedTests } = parse(stdout, stderr);
  if (numFailedTests > 0) console.error(stderr);
  return { passed: numPassedTests, failed: numFailedTests };
}

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

function parse(stdout: string, stderr: string): Counts {
  const [json] = /^\{.*\}$/m.exec(stdout) ?? [];
  if (json === undefined) throw new Error(`Jest printed no result: ${stderr}`);
  return JSON.parse(json) as Counts;
}
