import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import ts from 'typescript';
import { ROOT, snippets } from './snippets.js';

const run = promisify(execFile);
// What is below node_modules finds the packages of the workspace, as an application finds those that it has installed.
const CACHE = join(ROOT, 'node_modules', '.cache');
// The address that the pages name stands for the reader's own Redis.
const README_REDIS = 'redis://127.0.0.1:6379';

const programs = snippets().filter(({ prints }) => prints !== undefined);

describe('the programs in the pages', () => {
  let redis: LocalRedis;
  let folder: string;

  beforeAll(async () => {
    redis = await LocalRedis.start();
    mkdirSync(CACHE, { recursive: true });
    folder = await mkdtemp(join(CACHE, 'docs-'));
  });

  afterEach(async () => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
    await redis.stop();
  });

  it('are there', () => expect(programs.length).toBeGreaterThan(0));

  it.each(programs)('$place prints what it says', async ({ code, prints }) => {
    const file = join(folder, 'program.mjs');
    await writeFile(file, compiled(code.replaceAll(README_REDIS, redis.url)));
    const { stdout } = await run(process.execPath, [file], {
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    expect(stdout).toBe(prints);
  });
});

function compiled(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  return outputText;
}
